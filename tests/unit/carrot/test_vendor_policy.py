"""The vendor's table: what each answer means for a message (invariant 5)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core import jsons
from massid_relay.core.errors import (
    CredentialsRefused,
    EndpointMissing,
    EvidenceRefused,
    NotNow,
    NotReady,
    OutcomeUnknown,
    PermanentFailure,
    RejectedByProvider,
    RelayError,
    Throttled,
    TransientFailure,
)
from massid_relay.core.vendor_policy import TABLE, Action, classify, classify_upload, row_for, unless_just_confirmed

CALL = "POST /documents"
NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)


def body_of(status: int, *codes: str, message: str = "no") -> bytes:
    errors = [{"code": code, "message": message, "id": "5g1XRgWZ0odA79dHJvcPP", "timestamp": "1"} for code in codes]
    return jsons.dumps({"statusCode": status, "errors": errors}).encode()


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "invalidJson", RejectedByProvider),
        (400, "validationError", RejectedByProvider),
        (400, None, RejectedByProvider),
        (401, "unauthorized", CredentialsRefused),
        (401, None, CredentialsRefused),
        (403, "restrictedResource", RejectedByProvider),
        (404, "objectNotFound", RejectedByProvider),
        (404, None, EndpointMissing),
        (405, None, EndpointMissing),
        (408, None, OutcomeUnknown),
        (409, "conflictError", RejectedByProvider),
        (409, None, RejectedByProvider),
        (409, "PENDING_PROCESS_CONFLICT_ERROR", NotReady),
        (418, None, RejectedByProvider),
        (422, None, RejectedByProvider),
        (422, "somethingNew", RejectedByProvider),
        (429, None, Throttled),
        (500, "internalServerError", OutcomeUnknown),
        (500, None, OutcomeUnknown),
        (502, None, OutcomeUnknown),
        (503, "serviceUnavailable", OutcomeUnknown),
        (504, "gatewayTimeout", OutcomeUnknown),
        (599, None, OutcomeUnknown),
        (301, None, EndpointMissing),
        (200, None, OutcomeUnknown),
        (101, None, OutcomeUnknown),
    ],
)
def test_each_answer_has_its_consequence(status: int, code: str | None, expected: type[RelayError]) -> None:
    """Invariant 5."""
    error = classify(CALL, status, body_of(status, code) if code else b"<html>")

    assert type(error) is expected


def test_the_table_has_one_row_per_status_and_code() -> None:
    assert len({(row.status, row.code) for row in TABLE}) == len(TABLE)
    assert all(row.source for row in TABLE)
    assert all((row.wait is not None) == (row.action is Action.WAIT) for row in TABLE)


def test_a_rejection_carries_status_code_fields_and_the_provider_s_error_id() -> None:
    error = classify(CALL, 400, body_of(400, "validationError", message="participant.taxId 11222333000181 is wrong"))

    assert isinstance(error, RejectedByProvider)
    assert error.error_type == "Rejected400"
    assert error.reason == "POST /documents: 400 validationError"
    assert (error.status, error.code, error.vendor_error_id) == (400, "validationError", "5g1XRgWZ0odA79dHJvcPP")
    assert [problem.path for problem in error.fields] == ["participant.taxId"]


def test_a_missing_endpoint_is_named_as_such() -> None:
    error = classify("POST /documents/events", 405)

    assert isinstance(error, EndpointMissing)
    assert error.error_type == "EndpointMissing"


def test_still_processing_waits_two_to_five_seconds() -> None:
    body = body_of(409, "PENDING_PROCESS_CONFLICT_ERROR")
    waits = [classify(CALL, 409, body, jitter=jitter) for jitter in (0.0, 0.5, 1.0)]

    assert [error.retry_after for error in waits if isinstance(error, NotReady)] == [2.0, 3.5, 5.0]


def test_a_known_code_is_found_behind_an_unknown_one() -> None:
    assert row_for(409, ("other", "PENDING_PROCESS_CONFLICT_ERROR")).action is Action.WAIT


def test_retry_after_of_a_429_is_passed_on() -> None:
    error = classify(CALL, 429, b'{"message":"Too Many Requests"}', retry_after=4.0)

    assert isinstance(error, Throttled)
    assert error.retry_after == 4.0


@given(st.integers(min_value=-1, max_value=1000), st.binary(max_size=100))
def test_any_status_with_any_body_has_a_consequence(status: int, body: bytes) -> None:
    error = classify(CALL, status, body)

    assert isinstance(error, PermanentFailure | TransientFailure | NotNow | CredentialsRefused)
    assert str(error).startswith(f"{CALL}: {status}")


@given(st.integers(100, 599), st.text(alphabet="0123456789.-/ ", min_size=11, max_size=18))
def test_no_number_of_a_message_gets_into_an_error(status: int, number: str) -> None:
    """Invariant 7: a tax id that the provider quotes stays with the provider."""
    body = body_of(status, "validationError", number, message=f"participant.taxId {number} is not valid")
    error = classify(CALL, status, body)

    assert number not in f"{error} {error!r} {vars(error)}"


@pytest.mark.parametrize(
    ("age", "expected"), [(0, NotReady), (59, NotReady), (60, RejectedByProvider), (None, RejectedByProvider)]
)
def test_a_404_of_something_just_confirmed_is_not_ready(age: int | None, expected: type[RelayError]) -> None:
    """Invariant 5."""
    confirmed_at = None if age is None else NOW - timedelta(seconds=age)
    error = unless_just_confirmed(
        classify("GET /documents/{id}", 404, body_of(404, "objectNotFound")),
        confirmed_at=confirmed_at,
        now=NOW,
        visibility_delay=timedelta(seconds=60),
    )

    assert type(error) is expected


def test_other_errors_are_not_softened_by_a_recent_confirmation() -> None:
    error = classify(CALL, 400)

    assert unless_just_confirmed(error, confirmed_at=NOW, now=NOW, visibility_delay=timedelta(60)) is error


def storage_error(code: str) -> bytes:
    return f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>https://x?X-Amz-Signature=abc</Message></Error>'.encode()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, b"", EvidenceRefused),
        (400, storage_error("EntityTooLarge"), EvidenceRefused),
        (400, storage_error("ExpiredToken"), TransientFailure),
        (400, storage_error("RequestTimeout"), TransientFailure),
        (403, storage_error("AccessDenied"), TransientFailure),
        (403, b"", TransientFailure),
        (404, b"", TransientFailure),
        (307, b"", TransientFailure),
        (413, b"", EvidenceRefused),
        (415, b"", EvidenceRefused),
        (429, b"", Throttled),
        (500, b"", OutcomeUnknown),
        (503, storage_error("SlowDown"), OutcomeUnknown),
        (100, b"", OutcomeUnknown),
    ],
)
def test_each_answer_of_the_storage_has_its_consequence(status: int, body: bytes, expected: type[RelayError]) -> None:
    assert type(classify_upload(status, body)) is expected


@given(st.integers(100, 599), st.binary(max_size=60))
def test_any_answer_of_the_storage_has_a_consequence(status: int, body: bytes) -> None:
    assert isinstance(classify_upload(status, body), EvidenceRefused | TransientFailure | Throttled)


def test_the_storage_s_own_words_are_not_repeated() -> None:
    """Invariant 7: they may hold the signed URL."""
    assert str(classify_upload(403, storage_error("AccessDenied"))) == "upload: 403 AccessDenied"
