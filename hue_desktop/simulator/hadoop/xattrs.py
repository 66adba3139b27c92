"""Extended attributes: how WebHDFS writes their values."""

from __future__ import annotations

import base64

from hue_desktop.simulator.hadoop.errors import HdfsError, illegal_argument

__all__ = ["ENCODINGS", "check_name", "kept", "shown"]

ENCODINGS = ("text", "hex", "base64")
_SPACES = ("user.", "trusted.", "security.", "system.", "raw.")


def check_name(name: str) -> None:
    """Raise for a name outside of the name spaces."""
    space, _, rest = name.partition(".")
    if not rest or f"{space.lower()}." not in _SPACES:
        raise HdfsError(
            "org.apache.hadoop.HadoopIllegalArgumentException",
            "An XAttr name must be prefixed with user/trusted/security/system/raw, followed by a "
            "'.'",
            400,
        )


def kept(text: str) -> str:
    """A value as it was sent (``"text"``, ``0x…``, ``0s…``), in hexadecimal digits."""
    try:
        if text[:2].lower() == "0x":
            return bytes.fromhex(text[2:]).hex()
        if text[:2].lower() == "0s":
            return base64.b64decode(text[2:], validate=True).hex()
    except ValueError:
        raise illegal_argument(f"The value {text} is not encoded as it says.") from None
    quoted = len(text) >= 2 and text[0] == text[-1] == '"'
    return (text[1:-1] if quoted else text).encode().hex()


def shown(value: str, encoding: str) -> str:
    """A kept value in one of the encodings."""
    data = bytes.fromhex(value)
    if encoding == "hex":
        return f"0x{value}"
    if encoding == "base64":
        return f"0s{base64.b64encode(data).decode()}"
    return f'"{data.decode(errors="replace")}"'
