"""EMR's errors: newer operations answer InvalidRequestException, older ones ValidationException."""

from __future__ import annotations

from hue_desktop.simulator.service import ApiError

__all__ = ["invalid_request", "not_simulated", "validation"]


def validation(message: str) -> ApiError:
    """What the operations of the first API (job flows, groups) answer to a bad request."""
    return ApiError("ValidationException", message)


def invalid_request(message: str, error_code: str = "") -> ApiError:
    """What the newer operations answer; ``ErrorCode`` as in the modelled shape."""
    if not error_code:
        return ApiError("InvalidRequestException", message)
    return ApiError("InvalidRequestException", message, ErrorCode=error_code)


def not_simulated(what: str) -> ApiError:
    """The answer of the parts of EMR that the simulated region does not have."""
    return invalid_request(f"{what} are not part of this simulated region.", "NotSimulated")
