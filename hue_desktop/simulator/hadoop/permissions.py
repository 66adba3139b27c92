"""Who may do what: permission bits, access control lists, the sticky bit, as HDFS has them."""

from __future__ import annotations

from collections.abc import Sequence

from hue_desktop.simulator.hadoop.errors import HdfsError, access_control
from hue_desktop.simulator.hadoop.identity import Caller
from hue_desktop.simulator.hadoop.inodes import Directory, Inode

__all__ = [
    "EXECUTE",
    "READ",
    "STICKY",
    "WRITE",
    "check_access",
    "check_owner",
    "check_sticky",
    "check_subtree",
    "check_traverse",
    "symbolic",
]

READ, WRITE, EXECUTE = 4, 2, 1

_ACTIONS = (
    "NONE",
    "EXECUTE",
    "WRITE",
    "WRITE_EXECUTE",
    "READ",
    "READ_EXECUTE",
    "READ_WRITE",
    "ALL",
)
_BITS = ("---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx")
STICKY = 0o1000


def symbolic(node: Inode) -> str:
    """Type and permission as ``ls`` prints them; a plus sign follows where there is an ACL."""
    mode = node.mode
    bits = "".join(_BITS[mode >> shift & 7] for shift in (6, 3, 0))
    if mode & STICKY:
        bits = bits[:-1] + ("t" if mode & 1 else "T")
    kind = "d" if node.is_directory else "-"
    return kind + bits + ("+" if node.acl else "")


def check_traverse(caller: Caller, directories: Sequence[Inode]) -> None:
    """Raise unless the caller may pass through all of these directories."""
    if caller.superuser:
        return
    for node in directories:
        if isinstance(node, Directory):
            check_access(caller, node, EXECUTE)


def check_access(caller: Caller, node: Inode, action: int) -> None:
    """Raise unless the caller may do ``action`` (a sum of READ, WRITE, EXECUTE) with ``node``."""
    if not caller.superuser and not _allows(caller, node, action):
        raise _denied(caller, node, action)


def check_subtree(caller: Caller, node: Inode, action: int, *, empty_too: bool = False) -> None:
    """Raise unless the caller may do ``action`` with every directory; empty ones do not count."""
    if caller.superuser or not isinstance(node, Directory):
        return
    pending = [node]
    while pending:
        directory = pending.pop()
        if directory.children or empty_too:
            check_access(caller, directory, action)
        pending.extend(
            child for child in directory.children.values() if isinstance(child, Directory)
        )


def check_owner(caller: Caller, node: Inode) -> None:
    """Raise unless the caller owns ``node`` or is a superuser."""
    if not caller.superuser and caller.user != node.owner:
        raise access_control(
            f"Permission denied. user={caller.user} is not the owner of inode={node.path}"
        )


def check_sticky(caller: Caller, parent: Directory, node: Inode) -> None:
    """Raise when the parent's sticky bit keeps the caller from removing a stranger's ``node``."""
    if caller.superuser or not parent.mode & STICKY:
        return
    if caller.user not in (parent.owner, node.owner):
        raise access_control(
            f"Permission denied by sticky bit: user={caller.user}, "
            f'path="{node.path}":{_description(node)}, '
            f'parent="{parent.path}":{_description(parent)}'
        )


def _allows(caller: Caller, node: Inode, action: int) -> bool:
    if caller.user == node.owner:
        return node.mode >> 6 & action == action
    if node.acl:
        return _acl_allows(caller, node, action)
    if node.group in caller.groups:
        return node.mode >> 3 & action == action
    return node.mode & action == action


def _acl_allows(caller: Caller, node: Inode, action: int) -> bool:
    """With an ACL the group bits are its mask; the group's own entry is in the list."""
    mask = node.mode >> 3 & 7
    in_group = False
    for entry in node.acl:
        kind, name, bits = entry.split(":")
        granted = _BITS.index(bits) & mask
        if kind == "user" and name == caller.user:
            return granted & action == action
        if kind == "group" and (name or node.group) in caller.groups:
            in_group = True
            if granted & action == action:
                return True
    return not in_group and node.mode & action == action


def _denied(caller: Caller, node: Inode, action: int) -> HdfsError:
    return access_control(
        f"Permission denied: user={caller.user}, access={_ACTIONS[action]}, "
        f'inode="{node.path}":{_description(node)}'
    )


def _description(node: Inode) -> str:
    return f"{node.owner}:{node.group}:{symbolic(node)}"
