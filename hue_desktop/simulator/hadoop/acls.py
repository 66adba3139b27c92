"""Access control lists: how their entries are read, merged, inherited and shown.

As in HDFS, an inode with an ACL keeps the mask in the group bits of its mode; its list holds the
named entries and the group's own one. A default ACL is complete and belongs to directories only.
"""

from __future__ import annotations

import re

from hue_desktop.simulator.hadoop.errors import HdfsError, illegal_argument
from hue_desktop.simulator.hadoop.inodes import Directory, Inode

__all__ = [
    "inherit",
    "modify",
    "remove_all",
    "remove_default",
    "remove_entries",
    "replace",
    "shown",
]

Entry = tuple[str, str]  #: kind (``user``, ``group``, ``mask``, ``other``) and name
Acl = dict[Entry, int]

_PATTERN = (
    "^(default:)?(user|group|mask|other):[[A-Za-z_][A-Za-z0-9._-]]*:([rwx-]{3})?"
    "(,(default:)?(user|group|mask|other):[[A-Za-z_][A-Za-z0-9._-]]*:([rwx-]{3})?)*$"
)
_ENTRY = re.compile(r"(default:)?(user|group|mask|other):([A-Za-z0-9._-]*):([rwx-]{3})?")
_BITS = ("---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx")
_BASE: tuple[Entry, ...] = (("user", ""), ("group", ""), ("other", ""))
_MASK: Entry = ("mask", "")
_ORDER = ("user", "group", "mask", "other")


def parsed(spec: str, *, with_permission: bool = True) -> tuple[Acl, Acl]:
    """The access and the default entries of ``user:ana:rwx,default:group::r-x``."""
    access: Acl = {}
    default: Acl = {}
    for text in spec.split(","):
        found = _ENTRY.fullmatch(text)
        if found is None:
            raise _bad_spec(spec)
        scope, kind, name, bits = found.groups()
        if bits is None and with_permission:
            raise _bad_acl("Invalid ACL: permissions are missing in an entry.")
        target = default if scope else access
        target[(kind, name)] = _BITS.index(bits) if bits else 0
    return access, default


def shown(node: Inode) -> list[str]:
    """The entries as GETACLSTATUS lists them."""
    default = node.default_acl if isinstance(node, Directory) else []
    return [*node.acl, *(f"default:{entry}" for entry in default)]


def modify(node: Inode, spec: str) -> None:
    """Add entries or change those there are."""
    access, default = parsed(spec)
    if access:
        merged = {**_access(node), **access}
        _store_access(node, merged, keep_mask=_MASK in access)
    if default:
        directory = _directory(node)
        merged = {**_base_of(node), **_read(directory.default_acl), **default}
        _store_default(directory, merged, keep_mask=_MASK in default)


def replace(node: Inode, spec: str) -> None:
    """Set the whole ACL; the base entries have to be there."""
    access, default = parsed(spec)
    if any(entry not in access for entry in _BASE):
        raise _bad_acl("Invalid ACL: the user, group and other entries are required.")
    _store_access(node, access, keep_mask=_MASK in access)
    if default or isinstance(node, Directory):
        directory = _directory(node)
        if default:
            complete = {**_base_of(node), **default}
            _store_default(directory, complete, keep_mask=_MASK in default)
        else:
            directory.default_acl = []


def remove_entries(node: Inode, spec: str) -> None:
    """Take entries away; base entries cannot go."""
    access, default = parsed(spec, with_permission=False)
    kept = {entry: bits for entry, bits in _access(node).items() if not _named_in(entry, access)}
    _store_access(node, kept, keep_mask=False)
    if default and isinstance(node, Directory):
        left = _read(node.default_acl)
        left = {entry: bits for entry, bits in left.items() if not _named_in(entry, default)}
        _store_default(node, left, keep_mask=False)


def remove_default(node: Inode) -> None:
    """Take the default ACL away."""
    if isinstance(node, Directory):
        node.default_acl = []


def remove_all(node: Inode) -> None:
    """Back to permission bits alone; the group's own entry becomes the group bits again."""
    access = _access(node)
    if node.acl:
        _store_access(node, {entry: access[entry] for entry in _BASE}, keep_mask=False)
    remove_default(node)


def inherit(parent: Directory, node: Inode) -> None:
    """Give a new inode what the parent's default ACL says; its mode limits that."""
    if not parent.default_acl:
        return
    entries = _read(parent.default_acl)
    entries[("user", "")] &= node.mode >> 6 & 7
    entries[("other", "")] &= node.mode & 7
    limited: Entry = _MASK if _MASK in entries else ("group", "")
    entries[limited] &= node.mode >> 3 & 7
    _store_access(node, entries, keep_mask=True)
    if isinstance(node, Directory):
        node.default_acl = list(parent.default_acl)


def _named_in(entry: Entry, wanted: Acl) -> bool:
    return entry in wanted and entry not in _BASE


def _base_of(node: Inode) -> Acl:
    access = _access(node)
    return {entry: access[entry] for entry in _BASE}


def _access(node: Inode) -> Acl:
    mode = node.mode
    entries: Acl = {("user", ""): mode >> 6 & 7, ("other", ""): mode & 7}
    if node.acl:
        entries.update(_read(node.acl))
    entries.setdefault(("group", ""), mode >> 3 & 7)
    return entries


def _read(texts: list[str]) -> Acl:
    entries: Acl = {}
    for text in texts:
        kind, name, bits = text.split(":")
        entries[(kind, name)] = _BITS.index(bits)
    return entries


def _store_access(node: Inode, entries: Acl, *, keep_mask: bool) -> None:
    special = node.mode & ~0o777
    user, other = entries[("user", "")], entries[("other", "")]
    if not any(name or (kind == "mask" and keep_mask) for kind, name in entries):
        node.acl = []
        node.mode = special | user << 6 | entries[("group", "")] << 3 | other
        return
    mask = entries[_MASK] if keep_mask and _MASK in entries else _union(entries)
    node.mode = special | user << 6 | mask << 3 | other
    listed = {
        entry: bits
        for entry, bits in entries.items()
        if entry[0] in ("user", "group") and entry != ("user", "")
    }
    node.acl = _texts(listed)


def _store_default(directory: Directory, entries: Acl, *, keep_mask: bool) -> None:
    named = any(name for _, name in entries)
    if named and not (keep_mask and _MASK in entries):
        entries[_MASK] = _union(entries)
    directory.default_acl = _texts(entries)


def _union(entries: Acl) -> int:
    mask = 0
    for (kind, name), bits in entries.items():
        if kind == "group" or (kind == "user" and name):
            mask |= bits
    return mask


def _texts(entries: Acl) -> list[str]:
    ordered = sorted(entries, key=lambda entry: (_ORDER.index(entry[0]), entry[1]))
    return [f"{kind}:{name}:{_BITS[entries[(kind, name)]]}" for kind, name in ordered]


def _directory(node: Inode) -> Directory:
    if not isinstance(node, Directory):
        raise _bad_acl("Invalid ACL: only directories may have a default ACL.")
    return node


def _bad_acl(message: str) -> HdfsError:
    return HdfsError("org.apache.hadoop.hdfs.protocol.AclException", message)


def _bad_spec(spec: str) -> HdfsError:
    return illegal_argument(
        'Invalid value for webhdfs parameter "aclspec": '
        f'Invalid value: "{spec}" does not belong to the domain {_PATTERN}'
    )
