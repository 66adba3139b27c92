"""Ways to the nodes of clusters and to HDFS: puts SSH and Hadoop's doors together.

Known by the application only.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import HueError
from hue_desktop.core.storage import StoreId
from hue_desktop.core.text import _
from hue_desktop.services.connections.primary import Primary, primary_of

if TYPE_CHECKING:
    from hue_desktop.adapters.ssh.pool import SshConnector, SshPool
    from hue_desktop.core.file_systems import Connector, FileSystem
    from hue_desktop.core.health_ports import ClusterServers
    from hue_desktop.core.ports import Emr
    from hue_desktop.core.shrink.ports import BlockReader

__all__ = ["Reach"]

DIRECT_S = 1.5  #: how long a private name may take to answer without a tunnel
NAMENODE_HTTP = 9870


class Reach:
    """The ``ClusterReach`` of the check-up, and the opener of HDFS stores.

    ``find`` names a connection as it is used (its region runs), ``emr`` opens EMR. ``confirm`` is
    asked about hosts that are met for the first time; without it they are refused.
    """

    def __init__(
        self,
        find: Callable[[str], Connection],
        emr: Callable[[str, str], Emr],
        known_hosts: Path,
    ) -> None:
        self._find = find
        self._emr = emr
        self._known_hosts = known_hosts
        self._confirm: Callable[[str, str], bool] | None = None
        self._lock = threading.Lock()
        self._pool: SshPool | None = None
        self._closed = False

    def ask_with(self, confirm: Callable[[str, str], bool] | None) -> None:
        """Who is asked whether a host may have a fingerprint: ``confirm(host, fingerprint)``.

        It is called on a worker thread and may block.
        """
        self._confirm = confirm
        if self._pool is not None:
            self._pool.confirm = confirm

    def hdfs(self, store: StoreId) -> FileSystem:
        """Open an HDFS: a cluster's, or one whose NameNode was named. Blocks."""
        if store.authority:
            return self._named(store)
        from hue_desktop.adapters.hadoop.opening import open_cluster_hdfs

        connection = self._find(store.connection)
        primary = primary_of(self._emr(store.connection, store.region), store.cluster_id)
        connector = self.connector(connection, primary)
        return open_cluster_hdfs(store, connector, primary.private, connection.ssh.user)

    def servers(self, ref: ClusterRef) -> ClusterServers:
        """The way to a cluster's YARN and HDFS; finds the primary nodes. Blocks.

        ``Unreachable`` while the cluster has no primary node that is up.
        """
        from hue_desktop.adapters.hadoop.cluster_servers import HadoopServers

        connection = self._find(ref.connection)
        primary = primary_of(self._emr(ref.connection, ref.region), ref.cluster_id)
        return HadoopServers(self.connector(connection, primary), primary.private)

    def blocks(self, ref: ClusterRef) -> BlockReader:
        """The way to all blocks of a cluster's HDFS; finds the primary nodes. Blocks.

        ``Unreachable`` when the NameNode answers neither by RPC nor by HTTP.
        """
        from hue_desktop.adapters.hadoop.block_reader import open_block_reader

        connection = self._find(ref.connection)
        primary = primary_of(self._emr(ref.connection, ref.region), ref.cluster_id)
        connector = self.connector(connection, primary)
        return open_block_reader(connector, primary.private, connection.ssh.user)

    def connector(self, connection: Connection, primary: Primary) -> Connector:
        """Through the bastion; without one directly where that works, else through the primary."""
        if not connection.ssh.bastion:
            direct = _directly(primary)
            if direct is not None:
                return direct
        return self._ssh(connection, primary)

    def log_in(self, connection: Connection, primary: Primary) -> str:
        """Log in over SSH, or find that no tunnel is needed; what was found."""
        if not connection.ssh.bastion and _directly(primary) is not None:
            return _("reached without a tunnel")
        connector = self._ssh(connection, primary)
        return _("{server} lets {user} in at {host}").format(
            server=connector.login(), user=connector.hops[-1].user, host=connector.hops[-1]
        )

    def close(self) -> None:
        """End all SSH connections."""
        with self._lock:
            self._closed = True
            pool = self._pool
        if pool is not None:
            pool.close()

    def _named(self, store: StoreId) -> FileSystem:
        """A NameNode that was named by host and port is reached from this machine."""
        from hue_desktop.adapters.hadoop.direct import DirectConnector
        from hue_desktop.adapters.hadoop.opening import open_rpc, open_webhdfs

        host, _colon, port = store.authority.rpartition(":")
        user = os.environ.get("HADOOP_USER_NAME") or getpass.getuser()
        address = (host.strip("[]"), int(port))
        opener = open_webhdfs if store.protocol == "webhdfs" else open_rpc
        return opener(store, DirectConnector(), [address], user)

    def _ssh(self, connection: Connection, primary: Primary) -> SshConnector:
        return self._ssh_pool().connector(
            connection.ssh, primary_public=primary.public, primary_private=primary.private[0]
        )

    def _ssh_pool(self) -> SshPool:
        from hue_desktop.adapters.secrets.keyring_store import KeyringSecrets
        from hue_desktop.adapters.ssh.host_keys import HostKeyFile
        from hue_desktop.adapters.ssh.pool import SshPool

        with self._lock:
            if self._pool is None:
                self._pool = SshPool(
                    HostKeyFile(self._known_hosts), secrets=KeyringSecrets(), confirm=self._confirm
                )
                if self._closed:
                    self._pool.close()
            return self._pool


def _directly(primary: Primary) -> Connector | None:
    """A connector without a tunnel when the primary's private name answers from here.

    Asked in a thread of its own: a name server that says nothing would keep us for long.
    """
    from hue_desktop.adapters.hadoop.direct import DirectConnector

    connector = DirectConnector()
    answered = threading.Event()

    def dial() -> None:
        with contextlib.suppress(HueError):
            connector.dial(primary.private[0], NAMENODE_HTTP, DIRECT_S).close()
            answered.set()

    asking = threading.Thread(target=dial, name="direct-route", daemon=True)
    asking.start()
    asking.join(DIRECT_S)
    return connector if answered.is_set() else None
