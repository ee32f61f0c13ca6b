"""The auditor's loader: which shapes it reads."""

from typing import Any

import pytest
from massid_relay.core.errors import InvalidMessage
from massid_relay.preflight import Outcome, run_preflight

FAILED, PASSED = Outcome.FAILED, Outcome.PASSED


def paths(massid: Any) -> list[str | None]:
    return [finding.path for finding in massid.report().failed if finding.rule == "document-shape"]


@pytest.mark.parametrize(
    ("moment", "verdict"),
    [
        ("2026-05-01T09:00:00.000Z", PASSED),
        ("2026-05-01T09:00Z", PASSED),
        ("2026-05-01T06:00:00-03:00", PASSED),
        ("2026-05-01T09:00:00.123456789Z", PASSED),
        ("2026-05-01T06:00:00-0300", FAILED),
        ("2026-05-01 09:00:00Z", FAILED),
        ("2026-05-01", FAILED),
        ("2026-05-01T09:00:00", FAILED),
        ("2026-02-29T09:00:00Z", FAILED),
        ("2026-05-01T24:00:00Z", FAILED),
        ("2026-05-01T09:00:00z", FAILED),
        (1777626000, FAILED),
    ],
)
def test_times_have_t_and_an_offset(massid: Any, moment: Any, verdict: Outcome) -> None:
    massid.event("Pick-up")["externalCreatedAt"] = moment
    assert massid.verdict("document-shape") is verdict


@pytest.mark.parametrize(("form", "verdict"), [("LITER", PASSED), ("kg", FAILED), ("NUMBER", FAILED), (None, FAILED)])
def test_formats_are_four(massid: Any, form: Any, verdict: Outcome) -> None:
    massid.attribute("Weighing", "Tare")["format"] = form
    assert massid.verdict("document-shape") is verdict


def test_one_bad_field_fails_every_rule_and_is_named(massid: Any) -> None:
    del massid.attribute("Pick-up", "Vehicle Type")["isPublic"]
    report = massid.report()
    assert set(report.verdicts.values()) == {FAILED}
    assert [finding.path for finding in report.to_mend] == ["externalEvents.5.metadata.attributes.0.isPublic"]
    assert {finding.follows_from for finding in report.failed} == {None, "document-shape"}


def test_under_a_bad_shape_a_rules_own_failures_are_still_named(massid: Any) -> None:
    massid.event("Pick-up")["isPublic"] = "yes"
    massid.set("Pick-up", "Vehicle Type", "Truk")
    assert {finding.rule for finding in massid.report().to_mend} == {"document-shape", "vehicle-identification"}


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("address", "number", 1000),
        ("address", "number", ""),
        ("address", "zipCode", ""),
        ("address", "neighborhood", ""),
        ("address", "latitude", 90.1),
        ("address", "longitude", "-46"),
        ("address", "participantId", None),
        ("participant", "taxId", ""),
        ("participant", "businessName", ""),
        ("participant", "piiSnapshotId", None),
        ("author", "dataSetName", "DEMO"),
    ],
)
def test_bad_parts_of_an_event_are_named(massid: Any, part: str, field: str, value: Any) -> None:
    massid.event("Pick-up")[part] = {**massid.event("Pick-up")[part], field: value}
    assert paths(massid) == [f"externalEvents.5.{part}.{field}"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("zipCode", None), ("neighborhood", None), ("latitude", None), ("longitude", 180), ("unknown", object)],
)
def test_what_may_be_null_or_unknown_passes(massid: Any, field: str, value: Any) -> None:
    massid.event("Pick-up")["address"][field] = value
    assert massid.verdict("document-shape") is PASSED


@pytest.mark.parametrize("field", ["participant", "address", "author"])
def test_an_event_without_a_part_is_lost(massid: Any, field: str) -> None:
    del massid.event("Recycled")[field]
    assert paths(massid) == [f"externalEvents.11.{field}"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("currentValue", -1),
        ("currentValue", "900"),
        ("status", "open"),
        ("dataSetName", None),
        ("isPubliclySearchable", "true"),
        ("type", ""),
        ("createdAt", "2026-05-01"),
        ("tags", {"a": 1}),
        ("externalEvents", {}),
        ("attachments", [{"id": "x", "fileName": "", "contentLength": 1}]),
    ],
)
def test_bad_document_fields_fail(massid: Any, field: str, value: Any) -> None:
    massid.body[field] = value
    found = paths(massid)
    assert len(found) == 1
    assert str(found[0]).startswith(field)


@pytest.mark.parametrize("field", ["attachmentId", "contentLength", "isPublic", "label"])
def test_all_four_members_of_an_attachment_are_required(massid: Any, field: str) -> None:
    del massid.event("Transport Manifest")["attachments"][0][field]
    assert paths(massid) == [f"externalEvents.6.attachments.0.{field}"]


@pytest.mark.parametrize("value", ["text", 1, 1.5, True, None, [1], {"documentId": "x"}, {"any": "object"}])
def test_an_attributes_value_is_any_json(massid: Any, value: Any) -> None:
    massid.set("Pick-up", "Anything", value)
    assert massid.verdict("document-shape") is PASSED


@pytest.mark.parametrize(("field", "value"), [("value", None), ("value", "5"), ("label", None), ("metadata", None)])
def test_null_is_not_absent(massid: Any, field: str, value: Any) -> None:
    massid.event("Recycled")[field] = value
    assert paths(massid) == [f"externalEvents.11.{field}"]


def test_the_auditors_envelope_is_read_too(massid: Any) -> None:
    massid.body = {"id": "d-1", "createdAt": "x", "versionDate": "y", "document": massid.body}
    assert massid.report().passes


def test_what_is_neither_submission_nor_document_is_refused(massid: Any) -> None:
    with pytest.raises(InvalidMessage):
        run_preflight({"hello": 1}, methodology="bold-recycling", now=massid.now)
    with pytest.raises(ValueError, match="bold"):
        run_preflight(massid.body, methodology="bold", now=massid.now)
