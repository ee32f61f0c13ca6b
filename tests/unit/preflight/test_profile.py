"""The accreditation profile: its file, and how it is made from accreditation documents."""

from pathlib import Path
from typing import Any

import pytest
from massid_relay.core.errors import InvalidMessage
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.preflight import Outcome, load_profile, parse_profile, profile_from_documents


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"role": "RECYCLER"}, "accreditations.0.role"),
        ({"participant": {}}, "accreditations.0.participant"),
        ({"effectiveDate": "2026-01-01"}, "accreditations.0.effectiveDate"),
        ({"facilityAddress": {"countryCode": "BR"}}, "accreditations.0.facilityAddress.countryState"),
        ({"emissionsMetrics": [{"referenceYear": "last"}]}, "accreditations.0.emissionsMetrics.0.referenceYear"),
        ({"emissionsMetrics": [{"referenceYear": 2025, "baselines": {"Food": "Open-air dump"}}]}, None),
        ({"scaletype": "Floor Scale"}, "accreditations.0.scaletype"),
        ({"carbonCharacterizations": [{"carbonFraction": "20%"}]}, None),
    ],
)
def test_wrong_fields_are_named_without_their_values(massid: Any, change: JsonObject, path: str | None) -> None:
    massid.profile["accreditations"] = [{**massid.recycler, **change}]
    with pytest.raises(InvalidMessage) as caught:
        parse_profile(massid.profile)
    problems = {problem.path for problem in caught.value.fields}
    assert path in problems if path else problems
    assert "20%" not in str([problem.problem for problem in caught.value.fields])


def test_a_file_that_is_not_json_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    file.write_text("{")
    with pytest.raises(InvalidMessage, match="not JSON"):
        load_profile(file)


def accreditation_document(massid: Any, **result: Any) -> JsonObject:
    def event(name: str, attributes: JsonObject) -> JsonObject:
        entries = [{"name": key, "isPublic": True, "value": value} for key, value in attributes.items()]
        place = massid.event("ACTOR", "Recycler")["address"]
        return {"id": name, "name": name, "address": place, "metadata": {"attributes": entries}}

    return {
        "category": "Methodology",
        "type": "Participant Accreditation",
        "subtype": "Recycler",
        "primaryParticipant": massid.event("ACTOR", "Recycler")["participant"],
        "externalEvents": [
            event(
                "Accreditation Result",
                {"Accreditation Status": "Approved", "Effective Date": "2020-01-01T00:00:00Z", **result},
            ),
            event("Facility Address", {"x": 1}),
            event("Monitoring Systems & Equipment", {"Scale Type": "Floor Scale"}),
            event(
                "Emissions & Composting Metrics (2025)",
                {
                    "Reference Year": 2025,
                    "Sorting Factor": 0.1,
                    "Greenhouse Gas Type (GHG)": "Methane (CH4)",
                    "Baselines": {"Food, Food Waste and Beverages": "Open-air dump"},
                    "Exceeding Emission Coefficient (per ton)": 0.1,
                },
            ),
        ],
    }


def test_a_profile_from_the_documents_decides_the_same(massid: Any, tmp_path: Path) -> None:
    made = profile_from_documents([accreditation_document(massid)]).accreditations[0].model_dump(by_alias=True)
    written = massid.parsed_profile().accreditations[0].model_dump(by_alias=True)
    differing = {key for key in made if made[key] != written[key]}
    assert differing == {"participant", "expirationDate"}
    file = tmp_path / "documents.json"
    file.write_text(dumps([accreditation_document(massid)]))
    assert load_profile(file).complete


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, Outcome.PASSED),
        ({"Reason": ""}, Outcome.FAILED),
        ({"Exception Type": "Other"}, Outcome.FAILED),
        ({"Valid Until": "2026-11-20"}, Outcome.FAILED),
        ({"Valid Until": "whenever"}, Outcome.FAILED),
        ({"Attribute Location": {"Event": "Weighing", "Asset": {"Category": "GasID"}}}, Outcome.FAILED),
    ],
)
def test_only_exceptions_of_the_right_form_waive(massid: Any, change: JsonObject, verdict: Outcome) -> None:
    exception = {
        "Attribute Location": {"Event": "Weighing", "Asset": {"Category": "MassID"}},
        "Attribute Name": "Tare",
        "Exception Type": "Exemption for Mandatory Attribute",
        "Reason": "weighed by the town",
        **change,
    }
    made = profile_from_documents([accreditation_document(massid, **{"Approved Exceptions": [exception]})])
    massid.profile = loads_profile(made)
    massid.unset("Weighing", "Tare")
    assert massid.verdict("weighing") is verdict


def loads_profile(profile: Any) -> JsonObject:
    return profile.model_dump(by_alias=True, mode="json")  # type: ignore[no-any-return]


@pytest.mark.parametrize("expiration", ["2026-12-31", "never", None])
def test_an_expiration_date_that_is_no_datetime_makes_the_accreditation_invalid(massid: Any, expiration: Any) -> None:
    made = profile_from_documents([accreditation_document(massid, **{"Expiration Date": expiration})])
    assert not made.accreditations[0].valid_on(massid.now)
