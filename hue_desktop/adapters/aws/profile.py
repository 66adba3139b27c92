"""The user's AWS files and profiles, as botocore reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hue_desktop.adapters.aws.errors import Where, unknown_profile
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import ConfigurationError, CredentialsError
from hue_desktop.core.text import _

__all__ = ["new_core_session"]


def new_core_session(connection: Connection, where: Where) -> Any:
    """A botocore session of the connection's profile; ``ConfigurationError`` if it has none.

    The connection's own configuration file is set on the session, not in the environment, where
    it would be everybody's.
    """
    import botocore.session

    core = botocore.session.Session(profile=connection.profile or None)
    if connection.aws_config_file:
        path = Path(connection.aws_config_file).expanduser()
        if not path.is_file():
            raise _no_file(connection, path)
        core.set_config_variable("config_file", str(path))
    if connection.profile and connection.profile not in core.available_profiles:
        raise unknown_profile(where, core.available_profiles)
    _never_ask_on_a_terminal(core, connection)
    return core


def _never_ask_on_a_terminal(core: Any, connection: Connection) -> None:
    """A profile with ``mfa_serial`` asks for the code on the terminal, and waits there for ever."""

    def refuse(_question: str) -> str:
        raise CredentialsError(
            _("The profile “{profile}” of “{connection}” wants an MFA code.").format(
                profile=connection.profile or "default", connection=connection.name
            ),
            remedy=_("Get a session with “aws sts get-session-token” and name its profile here."),
        )

    provider = core.get_component("credential_provider").get_provider("assume-role")
    provider._prompter = refuse


def _no_file(connection: Connection, path: Path) -> ConfigurationError:
    if connection.simulation is not None:
        remedy = _("Open the connection, so that its region is started.")
    else:
        remedy = _("Correct “aws_config_file” of the connection.")
    return ConfigurationError(
        _("The AWS configuration file {path} of “{connection}” does not exist.").format(
            path=path, connection=connection.name
        ),
        remedy=remedy,
    )
