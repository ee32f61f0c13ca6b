"""Refusals in the vendor's error body (docs.carrot.eco, api/errors). No message quotes a value of a field."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

CODE_OF_STATUS = {
    400: "validationError",
    401: "unauthorized",
    403: "restrictedResource",
    404: "objectNotFound",
    409: "conflictError",
    500: "internalServerError",
    502: "badGateway",
    503: "serviceUnavailable",
    504: "gatewayTimeout",
}
"""502 has no code on the vendor's pages; the name follows the others."""

PENDING_CODE = "PENDING_PROCESS_CONFLICT_ERROR"


class Problem(Exception):
    """The request is refused: `status`, and one error of `code` for each message."""

    def __init__(self, status: int, *messages: str, code: str | None = None) -> None:
        super().__init__(*messages)
        self.status = status
        self.code = code or CODE_OF_STATUS[status]
        self.messages = messages


def invalid(*messages: str) -> Problem:
    """400 validationError."""
    return Problem(400, *messages)


def invalid_json() -> Problem:
    """400 invalidJson."""
    return Problem(400, "the body is not valid JSON", code="invalidJson")


def pending(message: str) -> Problem:
    """409 PENDING_PROCESS_CONFLICT_ERROR: to be tried again after 2 to 5 s (docs.carrot.eco, guides/error-handling)."""
    return Problem(409, message, code=PENDING_CODE)


def conflict(message: str) -> Problem:
    """409 conflictError."""
    return Problem(409, message)


def not_found(what: str) -> Problem:
    """404 objectNotFound: absent, or not shared with the caller."""
    return Problem(404, f"{what} not found")


def of_validation(error: ValidationError, at: Sequence[str | int] = ()) -> Problem:
    """Each wrong field by its path, without its value."""
    return invalid(*(_sentence(problem["loc"], problem["msg"], at) for problem in error.errors(include_input=False)))


def _sentence(location: Sequence[str | int], message: str, at: Sequence[str | int]) -> str:
    path = ".".join(str(part) for part in (*at, *location))
    return f"{path}: {message}" if path else message


def error_body(problem: Problem, error_ids: Sequence[str], epoch_seconds: int) -> dict[str, Any]:
    """The body; `timestamp` is a string of epoch seconds, as the page shows it."""
    return {
        "statusCode": problem.status,
        "errors": [
            {"code": problem.code, "message": message, "id": error_id, "timestamp": str(epoch_seconds)}
            for message, error_id in zip(problem.messages, error_ids, strict=True)
        ],
    }
