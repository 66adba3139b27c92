"""The four wire protocols of the region's services: recognise, decode, encode.

Every protocol has the same face, so that the front does not care which one a client speaks.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, ClassVar, Protocol

from hue_desktop.simulator.service import ApiError
from hue_desktop.simulator.wire.forms import form_fields, form_params
from hue_desktop.simulator.wire.models import OperationApi, ServiceApi
from hue_desktop.simulator.wire.reading import MalformedRequest, Problems
from hue_desktop.simulator.wire.requests import WireAnswer, WireRequest
from hue_desktop.simulator.wire.xml import xml_text

__all__ = [
    "CborProtocol",
    "JsonProtocol",
    "QueryProtocol",
    "WireProtocol",
    "protocol_of",
]

_RPC_V2_PATH = re.compile(r"/service/([^/]+)/operation/([^/]+)")
_JSON_TYPE = re.compile(r"application/(?:x-amz-json-(1\.[01])|json)\s*(?:;.*)?", re.IGNORECASE)
_MISSING = re.compile(r"Value null at '([^']+)'")
_encode_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class WireProtocol(Protocol):
    """One way of writing requests and answers."""

    def operation_name(self, request: WireRequest) -> str:
        """The operation a request asks for; raises :class:`ApiError` if it names none."""

    def params(self, operation: OperationApi, request: WireRequest) -> dict[str, Any]:
        """The checked input; raises :class:`ApiError` as the service would."""

    def answer(
        self, operation: OperationApi, output: dict[str, Any], request_id: str
    ) -> WireAnswer:
        """The encoded answer; raises ``WrongAnswer`` when the model does not allow it."""

    def error(self, api: ServiceApi | None, error: ApiError, request_id: str) -> WireAnswer:
        """The encoded error."""


def protocol_of(request: WireRequest, api: ServiceApi | None) -> WireProtocol:
    """The protocol that the request's own headers speak; in doubt, the service's first one."""
    content_type = request.headers.get("Content-Type", "")
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor" or (
        _RPC_V2_PATH.fullmatch(request.path) and content_type == "application/cbor"
    ):
        return _CBOR
    if "X-Amz-Target" in request.headers or content_type.startswith("application/x-amz-json"):
        return _JSON
    form = content_type.startswith("application/x-www-form-urlencoded")
    offered = api.protocols if api is not None else ("query",) if form else ("json",)
    if "ec2" in offered:
        return _EC2
    if "query" in offered and (form or "json" not in offered):
        return _QUERY
    return _JSON


def _checked(operation: OperationApi, raw: object) -> dict[str, Any]:
    """``raw`` through the operation's reader; broken constraints become one error."""
    if operation.read is None:
        return {}
    problems: Problems = []
    params: dict[str, Any] = operation.read(raw, "", problems)
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
        raise ApiError("ValidationException", count + "; ".join(problems))
    return params


def _serialization_error(problem: object) -> ApiError:
    return ApiError("SerializationException", str(problem))


def _status(api: ServiceApi | None, error: ApiError) -> int:
    """The status the operation gave, or the one the model gives to this error."""
    shape = api.errors.get(error.code) if api is not None else None
    if shape is None or error.status != 400:
        return error.status
    status: int = shape.metadata.get("error", {}).get("httpStatusCode", error.status)
    return status


def _query_error_header(api: ServiceApi | None, error: ApiError) -> dict[str, str]:
    if api is None or not api.query_compatible:
        return {}
    shape = api.errors.get(error.code)
    code = shape.metadata.get("error", {}).get("code", error.code) if shape else error.code
    side = "Receiver" if _status(api, error) >= 500 else "Sender"
    return {"x-amzn-query-error": f"{code};{side}"}


def _error_members(api: ServiceApi | None, error: ApiError) -> dict[str, Any]:
    """The error as a structure: its type, its message under the model's name, its members."""
    shape = api.errors.get(error.code) if api is not None else None
    message_name, type_name = "message", error.code
    if shape is not None:
        type_name = shape.name
        if "Message" in shape.members:
            message_name = "Message"
    members = {name: item for name, item in error.members.items() if item is not None}
    return {"__type": type_name, message_name: error.message, **members}


class JsonProtocol:
    """AWS JSON 1.0 and 1.1: the operation in ``X-Amz-Target``, a JSON object as body."""

    def operation_name(self, request: WireRequest) -> str:
        """The part of the target after its last dot."""
        name = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if not name:
            raise ApiError("UnknownOperationException", "The request has no X-Amz-Target.")
        content_type = request.headers.get("Content-Type", "")
        if not _JSON_TYPE.fullmatch(content_type.strip()):
            raise _serialization_error(
                f"Content-Type {content_type[:80]!r} is not application/x-amz-json-1.1"
            )
        return name

    def params(self, operation: OperationApi, request: WireRequest) -> dict[str, Any]:
        """The body as checked members; an empty body is an empty object."""
        try:
            text = request.body.decode("utf-8")
            raw = json.loads(text, parse_constant=_refuse_constant) if text.strip() else {}
            return _checked(operation, raw)
        except MalformedRequest as problem:
            raise _serialization_error(problem) from None
        except UnicodeDecodeError:
            raise _serialization_error("The body is not UTF-8.") from None
        except (ValueError, RecursionError):
            raise _serialization_error("The body is not a JSON document.") from None

    def answer(
        self, operation: OperationApi, output: dict[str, Any], request_id: str
    ) -> WireAnswer:
        """The answer as a JSON object (empty body when the operation has no output)."""
        version = operation.service.json_version
        body = b""
        if operation.write is not None:
            body = _encode_json(operation.write(output)).encode("ascii")
        return WireAnswer(200, f"application/x-amz-json-{version}", body, {})

    def error(self, api: ServiceApi | None, error: ApiError, request_id: str) -> WireAnswer:
        """``{"__type": …, "message": …}`` with the modelled members."""
        body = json.dumps(_error_members(api, error), default=str).encode("ascii")
        version = api.json_version if api is not None else "1.1"
        return WireAnswer(
            _status(api, error),
            f"application/x-amz-json-{version}",
            body,
            {"x-amzn-errortype": error.code, **_query_error_header(api, error)},
        )


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class QueryProtocol:
    """The query protocol and its EC2 dialect: a form in, XML out."""

    def __init__(self, *, ec2: bool) -> None:
        self._ec2 = ec2

    def operation_name(self, request: WireRequest) -> str:
        """The field ``Action``."""
        try:
            name = form_fields(request.body, request.query).get("Action", "")
        except MalformedRequest as problem:
            raise ApiError("MalformedQueryString", str(problem), status=400) from None
        if not name:
            raise ApiError("MissingAction", "The request must contain the parameter Action")
        return name

    def params(self, operation: OperationApi, request: WireRequest) -> dict[str, Any]:
        """The form as checked members."""
        shape = operation.model.input_shape
        try:
            fields = form_fields(request.body, request.query)
            return _checked(operation, form_params(fields, shape, ec2=self._ec2))
        except MalformedRequest as problem:
            raise ApiError("InvalidParameterValue", str(problem)) from None
        except ApiError as error:
            raise self._refusal(error.message) from None

    def _refusal(self, problems: str) -> ApiError:
        """Broken constraints in the words of the protocol."""
        if not self._ec2:
            return ApiError("ValidationError", problems)
        missing = _MISSING.search(problems)
        if missing is None:
            return ApiError("InvalidParameterValue", problems)
        name = missing.group(1)
        return ApiError(
            "MissingParameter",
            f"The request must contain the parameter {name[:1].upper()}{name[1:]}",
        )

    def answer(
        self, operation: OperationApi, output: dict[str, Any], request_id: str
    ) -> WireAnswer:
        """The answer in its ``…Response`` element."""
        parts = [f'<?xml version="1.0" encoding="UTF-8"?>\n<{operation.name}Response xmlns="']
        parts.append(xml_text(operation.service.xml_namespace) + '">')
        if self._ec2:
            parts.append(f"<requestId>{request_id}</requestId>")
        wrapper = operation.result_wrapper
        if operation.write_xml is not None:
            parts.append(f"<{wrapper}>" if wrapper else "")
            operation.write_xml(output, parts)
            parts.append(f"</{wrapper}>" if wrapper else "")
        if not self._ec2:
            parts.append(
                f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
            )
        parts.append(f"</{operation.name}Response>")
        return WireAnswer(200, "text/xml;charset=UTF-8", "".join(parts).encode(), {})

    def error(self, api: ServiceApi | None, error: ApiError, request_id: str) -> WireAnswer:
        """The error document of the protocol."""
        shape = api.errors.get(error.code) if api is not None else None
        code = shape.metadata.get("error", {}).get("code", error.code) if shape else error.code
        status = _status(api, error)
        inner = f"<Code>{xml_text(code)}</Code><Message>{xml_text(error.message)}</Message>"
        if self._ec2:
            document = (
                f"<Response><Errors><Error>{inner}</Error></Errors>"
                f"<RequestID>{request_id}</RequestID></Response>"
            )
        else:
            side = "Receiver" if status >= 500 else "Sender"
            namespace = xml_text(api.xml_namespace) if api is not None else ""
            document = (
                f'<ErrorResponse xmlns="{namespace}"><Error><Type>{side}</Type>{inner}</Error>'
                f"<RequestId>{request_id}</RequestId></ErrorResponse>"
            )
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode()
        return WireAnswer(status, "text/xml;charset=UTF-8", body, {})


class CborProtocol:
    """Smithy RPC v2 with CBOR: the operation in the path, a CBOR map as body."""

    _HEADERS: ClassVar[dict[str, str]] = {"smithy-protocol": "rpc-v2-cbor"}

    def operation_name(self, request: WireRequest) -> str:
        """The last part of ``/service/NAME/operation/NAME``."""
        found = _RPC_V2_PATH.fullmatch(request.path)
        if found is None:
            raise ApiError("UnknownOperationException", "The path names no operation.", status=404)
        return found.group(2)

    def params(self, operation: OperationApi, request: WireRequest) -> dict[str, Any]:
        """The body as checked members; an empty body is an empty map."""
        import cbor2  # only CloudWatch speaks it, so a start does not pay for it

        try:
            raw = cbor2.loads(request.body) if request.body else {}
            return _checked(operation, raw)
        except MalformedRequest as problem:
            raise _serialization_error(problem) from None
        except (cbor2.CBORDecodeError, ValueError, RecursionError, OverflowError, TypeError):
            raise _serialization_error("The body is not a CBOR map.") from None

    def answer(
        self, operation: OperationApi, output: dict[str, Any], request_id: str
    ) -> WireAnswer:
        """The answer as a CBOR map (empty body when the operation has no output)."""
        if operation.write_cbor is None:
            return WireAnswer(200, "application/cbor", b"", self._HEADERS)
        body = _encode_cbor(operation.write_cbor(output))
        return WireAnswer(200, "application/cbor", body, self._HEADERS)

    def error(self, api: ServiceApi | None, error: ApiError, request_id: str) -> WireAnswer:
        """The error structure as a CBOR map, its old query code in a header."""
        headers = {**self._HEADERS, **_query_error_header(api, error)}
        body = _encode_cbor(_error_members(api, error))
        return WireAnswer(_status(api, error), "application/cbor", body, headers)


def _encode_cbor(value: object) -> bytes:
    import cbor2

    def epoch(encoder: Any, item: object) -> None:
        encoder.encode(str(item))

    return cbor2.dumps(_with_epoch_tags(value), default=epoch)


def _with_epoch_tags(value: object) -> object:
    """``value`` with every time as tag 1 and epoch seconds, as the protocol demands."""
    import cbor2

    if isinstance(value, datetime):
        return cbor2.CBORTag(1, round(value.timestamp(), 3))
    if isinstance(value, dict):
        return {key: _with_epoch_tags(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_epoch_tags(item) for item in value]
    return value


_JSON = JsonProtocol()
_QUERY = QueryProtocol(ec2=False)
_EC2 = QueryProtocol(ec2=True)
_CBOR = CborProtocol()
