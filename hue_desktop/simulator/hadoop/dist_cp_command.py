"""The command line of S3DistCp: what shall be copied from where to where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["CommandError", "DistCpCommand", "Place", "is_dist_cp", "parse_command"]

_RUNNERS = ("command-runner.jar", "s3-dist-cp.jar")
_S3_SCHEMES = ("s3", "s3a", "s3n")
#: Options that change nothing here: how bytes travel, not which.
_HARMLESS = {
    "--s3Endpoint",
    "--multipartUploadChunkSize",
    "--disableMultipartUpload",
    "--numberFiles",
    "--startingIndex",
    "--s3ServerSideEncryption",
    "--storageClass",
    "--requirePreviousManifest",
}
#: Options of S3DistCp that are refused, so that nobody believes in them.
_REFUSED = {
    "--groupBy",
    "--targetSize",
    "--appendToLastFile",
    "--outputManifest",
    "--previousManifest",
    "--copyFromManifest",
    "--srcPrefixesFile",
}
_FLAGS = {"--deleteOnSuccess", "--disableMultipartUpload", "--s3ServerSideEncryption"}
_QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL)


class CommandError(Exception):
    """The command line makes no sense to S3DistCp; the text is what its log says last."""


@dataclass(frozen=True, slots=True)
class Place:
    """A directory or file, in HDFS (without a bucket) or S3."""

    path: str  #: an HDFS path, or a key without a leading slash
    bucket: str = ""

    @property
    def uri(self) -> str:
        """As S3DistCp's patterns and logs have it."""
        return f"s3://{self.bucket}/{self.path}" if self.bucket else f"hdfs://{self.path}"

    def below(self, relative: str) -> Place:
        """What is at a relative path."""
        base = self.path.rstrip("/")
        return Place(f"{base}/{relative}" if base or not self.bucket else relative, self.bucket)


@dataclass(frozen=True, slots=True)
class DistCpCommand:
    """What one S3DistCp step does."""

    source: Place
    target: Place
    pattern: re.Pattern[str] | None = None
    delete: bool = False  #: the sources go once all is copied


def is_dist_cp(jar: str, args: Sequence[str]) -> bool:
    """Whether a step runs S3DistCp."""
    name = jar.rpartition("/")[2].lower()
    if "s3distcp" in name or name == _RUNNERS[1]:
        return True
    return name == _RUNNERS[0] and bool(args) and args[0] in ("s3-dist-cp", "s3distcp")


def parse_command(args: Sequence[str]) -> DistCpCommand:
    """Read the arguments; raises :class:`CommandError`."""
    values: dict[str, str] = {}
    for name, value in _options(args):
        if name in _REFUSED or (name == "--outputCodec" and value not in ("", "keep", "none")):
            raise CommandError(f"{name} is not simulated")
        values[name] = value
    for name in ("--src", "--dest"):
        if not values.get(name):
            raise CommandError(f"Missing required option: {name}")
    pattern = values.get("--srcPattern")
    return DistCpCommand(
        _place(values["--src"]),
        _place(values["--dest"]),
        _java_pattern(pattern) if pattern else None,
        "--deleteOnSuccess" in values,
    )


def _options(args: Sequence[str]) -> Iterator[tuple[str, str]]:
    rest = list(args[1:] if args and not args[0].startswith("-") else args)
    known = {"--src", "--dest", "--srcPattern", "--outputCodec", *_FLAGS, *_HARMLESS, *_REFUSED}
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name.startswith("--simulate-"):
            if not equals and rest and not rest[0].startswith("-"):
                rest.pop(0)
            continue
        if name not in known:
            raise CommandError(f"Unrecognized option: {name}")
        if not equals and name not in _FLAGS:
            if not rest:
                raise CommandError(f"Missing argument for option: {name}")
            value = rest.pop(0)
        yield name, value


def _place(uri: str) -> Place:
    scheme, separator, rest = uri.partition("://")
    if not separator:
        scheme, rest = "hdfs", uri.removeprefix("hdfs:")
    if scheme in _S3_SCHEMES:
        bucket, _, key = rest.partition("/")
        if not bucket:
            raise CommandError(f"Cannot create an S3 path from {uri}: there is no bucket")
        return Place(key.lstrip("/"), bucket)
    if scheme != "hdfs":
        raise CommandError(f'No FileSystem for scheme "{scheme}"')
    path = rest if rest.startswith("/") else f"/{rest.partition('/')[2]}"
    return Place(path)


def _java_pattern(text: str) -> re.Pattern[str]:
    """A Java pattern; what stands between ``\\Q`` and ``\\E`` is meant literally."""
    translated = _QUOTED.sub(lambda found: re.escape(found.group(1)), text)
    try:
        return re.compile(translated)
    except re.error as error:
        raise CommandError(
            f"java.util.regex.PatternSyntaxException: {error.msg} near index {error.pos}"
        ) from None
