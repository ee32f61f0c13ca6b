"""What is taken over from an error body: codes, ids and field names, never a value (invariant 7)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core import jsons
from massid_relay.core.vendor_errors import KNOWN_FIELDS, PROBLEM, VendorProblem, read_problem, read_retry_after

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)


def error_body(message: object, code: object = "validationError", error_id: object = "5g1XRgWZ0odA79dHJvcPP") -> bytes:
    error = {"code": code, "message": message, "id": error_id, "timestamp": "1684766595"}
    return jsons.dumps({"statusCode": 400, "errors": [error]}).encode()


def paths(message: object) -> list[str]:
    return [problem.path for problem in read_problem(error_body(message)).fields]


def test_the_documented_shape_gives_code_and_error_id() -> None:
    """docs.carrot.eco, api/errors."""
    problem = read_problem(error_body("Validation failed"))

    assert problem == VendorProblem(codes=("validationError",), error_id="5g1XRgWZ0odA79dHJvcPP", fields=())


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("participant.taxId must be a string of digits", ["participant.taxId"]),
        ("events.0.metadata.attributes[2].value is missing", ["events.0.metadata.attributes.2.value"]),
        ("name must be a string, type must be PERSON or COMPANY", ["name", "type"]),
        ('"number" must be a string', ["number"]),
        ("name: Field required", ["name"]),
        ("measurementUnit is required", ["measurementUnit"]),
        ("either participantId or participant.name is needed", ["participantId", "participant.name"]),
        (["zipCode is wrong", "city must not be empty"], ["zipCode", "city"]),
        ("a name of that type has no value", []),
        ("the taxId 11222333000181 of João da Fonseca is not valid", ["taxId"]),
        ("write to taxId@example.com", []),
        ("participant.fullNameOfJoao must be shorter", []),
        ({"taxId": "11222333000181"}, []),
        (None, []),
    ],
)
def test_fields_are_named_only_if_they_are_known_names(message: object, expected: list[str]) -> None:
    assert paths(message) == expected


def test_a_field_is_named_once_and_without_the_provider_s_words() -> None:
    (problem,) = read_problem(error_body("taxId 123 is wrong; taxId must be 14 digits")).fields

    assert (problem.path, problem.problem) == ("taxId", PROBLEM)


@pytest.mark.parametrize("code", ["ABC1D23", "João da Fonseca", "11222333000181", "x" * 65, "", None, 7, ["a"]])
def test_what_does_not_look_like_a_code_is_dropped(code: object) -> None:
    assert read_problem(error_body("no", code=code)).codes == ()


@pytest.mark.parametrize(
    "error_id", ["11222333000181000", "short", "João da Fonseca de Souza", "x" * 65, None, 1684766595]
)
def test_what_does_not_look_like_an_error_id_is_dropped(error_id: object) -> None:
    assert read_problem(error_body("no", error_id=error_id)).error_id is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad Gateway</html>",
        b'{"message":"Too Many Requests"}',
        b"[]",
        b"null",
        b'{"errors":{}}',
        b"\xff\xfe",
    ],
    ids=["empty", "html", "throttled", "list", "null", "errors-no-list", "not-utf-8"],
)
def test_other_bodies_say_nothing(body: bytes) -> None:
    assert read_problem(body) == VendorProblem()


@given(st.text(max_size=200))
def test_whatever_the_message_holds_only_known_names_and_places_come_out(message: str) -> None:
    for path in paths(message):
        assert all(part in KNOWN_FIELDS or (part.isdigit() and len(part) <= 3) for part in path.split("."))


@given(st.binary(max_size=200))
def test_any_body_can_be_read(body: bytes) -> None:
    assert isinstance(read_problem(body), VendorProblem)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("3", 3.0),
        (" 7 ", 7.0),
        ("86400", 300.0),
        ("Sun, 01 Mar 2026 10:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 10:00:30 -0000", 30.0),
        ("Sun, 01 Mar 2026 09:00:00 GMT", 0.0),
        ("Fri, 01 Jan 2027 00:00:00 GMT", 300.0),
        ("-5", None),
        ("soon", None),
        ("Sun, 99 Mar 2026 10:00:30 GMT", None),
    ],
)
def test_retry_after_is_a_number_or_a_date_and_has_a_limit(header: str | None, seconds: float | None) -> None:
    assert read_retry_after(header, NOW, 300.0) == seconds


@given(st.text(max_size=60))
def test_any_retry_after_header_can_be_read(header: str) -> None:
    seconds = read_retry_after(header, NOW, 300.0)

    assert seconds is None or 0 <= seconds <= 300
