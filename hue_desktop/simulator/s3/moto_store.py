"""moto's S3, where SeaweedFS has no program for the system: in memory, and gone with the region."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from typing import Any

__all__ = ["MotoStore"]


class MotoStore:
    """moto's server in a thread of this process; it accepts any key and any signature."""

    def __init__(self) -> None:
        self._server: Any = None
        self._thread: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """This process while the server runs."""
        return os.getpid() if self._server is not None else None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return ("127.0.0.1", self._server.server_port if self._server is not None else 0)

    async def start(self) -> None:
        """Load moto (some seconds) and serve its S3."""
        if self._server is None:
            self._server = await asyncio.to_thread(_made)
            self._thread = threading.Thread(
                target=self._server.serve_forever, name="moto-s3", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """End the server; what it held is gone."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
            self.erase()

    def erase(self) -> None:
        """Forget everything."""
        self.stop()
        import sys

        if "moto.s3.models" in sys.modules:
            for by_region in sys.modules["moto.s3.models"].s3_backends.values():
                by_region.reset()


def _made() -> Any:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = DomainDispatcherApplication(create_backend_app)
    return make_server("127.0.0.1", 0, application, threaded=True)
