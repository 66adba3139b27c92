"""Hadoop's exceptions as WebHDFS tells them: a Java class, a message and an HTTP status.

Status codes follow Hadoop's own mapping: what the caller may not do and every other
``IOException`` is 403, what is not there is 404, a parameter that makes no sense is 400.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "HdfsError",
    "access_control",
    "already_exists",
    "authorization",
    "bad_argument",
    "illegal_argument",
    "invalid_path",
    "io_error",
    "not_found",
    "of_protocol",
    "unsupported",
]

_PROTOCOL = "org.apache.hadoop.hdfs.protocol."


class HdfsError(Exception):
    """What a NameNode or DataNode refuses: the Java class and message reach the client as is."""

    def __init__(self, java_class: str, message: str, status: int = 403) -> None:
        super().__init__(f"{java_class}: {message}")
        self.java_class = java_class
        self.message = message
        self.status = status

    @property
    def name(self) -> str:
        """The class without its package, as clients compare it."""
        return self.java_class.rpartition(".")[2].rpartition("$")[2]

    def to_json(self) -> dict[str, Any]:
        """The body of the answer."""
        return {
            "RemoteException": {
                "exception": self.name,
                "javaClassName": self.java_class,
                "message": self.message,
            }
        }


def not_found(message: str) -> HdfsError:
    """A path that does not exist."""
    return HdfsError("java.io.FileNotFoundException", message, 404)


def access_control(message: str) -> HdfsError:
    """The permission bits or the owner stand against it."""
    return HdfsError("org.apache.hadoop.security.AccessControlException", message)


def authorization(message: str) -> HdfsError:
    """A user may not act for another one."""
    return HdfsError("org.apache.hadoop.security.authorize.AuthorizationException", message)


def already_exists(message: str) -> HdfsError:
    """Something is in the place that a new thing wanted."""
    return HdfsError("org.apache.hadoop.fs.FileAlreadyExistsException", message)


def io_error(message: str) -> HdfsError:
    """Any other failure of the file system."""
    return HdfsError("java.io.IOException", message)


def illegal_argument(message: str) -> HdfsError:
    """A parameter that cannot be."""
    return HdfsError("java.lang.IllegalArgumentException", message, 400)


def invalid_path(path: str) -> HdfsError:
    """A path that HDFS cannot hold: with a colon, or with ``.`` or ``..`` as a component."""
    message = f"Invalid path name Invalid file name: {path}"
    return HdfsError("org.apache.hadoop.fs.InvalidPathException", message, 400)


def bad_argument(message: str) -> HdfsError:
    """Hadoop's own kind of :func:`illegal_argument`."""
    return HdfsError("org.apache.hadoop.HadoopIllegalArgumentException", message, 400)


def unsupported(message: str) -> HdfsError:
    """An operation that is not offered."""
    return HdfsError("java.lang.UnsupportedOperationException", message, 400)


def of_protocol(name: str, message: str) -> HdfsError:
    """One of the exceptions in Hadoop's package ``hdfs.protocol``."""
    return HdfsError(_PROTOCOL + name, message)
