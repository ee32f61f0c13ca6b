"""A whole MassID in the platform's stored shape, and a profile under which every rule that can be decided passes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from massid_relay.core.jsons import JsonObject
from massid_relay.preflight import AccreditationProfile, Outcome, PreflightReport, parse_profile, run_preflight

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AUTHOR = {"clientId": "c", "participantId": "p-integrator", "dataSetName": "TEST"}
PLACES = {
    "generator": (-23.5613, -46.6563),
    "recycler": (-23.2000, -46.9000),
    "hauler": (-23.4, -46.7),
    "processor": (-23.3, -46.8),
    "integrator": (-23.1, -46.5),
}


def participant(who: str) -> JsonObject:
    return {
        "id": f"p-{who}",
        "piiSnapshotId": f"s-{who}",
        "name": who,
        "taxId": f"1122233300018{len(who)}",
        "taxIdType": "CNPJ",
        "countryCode": "BR",
        "type": "COMPANY",
    }


def address(who: str) -> JsonObject:
    latitude, longitude = PLACES[who]
    return {
        "id": f"a-{who}",
        "participantId": f"p-{who}",
        "piiSnapshotId": f"s-{who}",
        "street": "Avenida Exemplo",
        "number": "1000",
        "city": "São Paulo",
        "countryState": "SP",
        "countryCode": "BR",
        "latitude": latitude,
        "longitude": longitude,
    }


def event(name: str, when: str, who: str, attributes: JsonObject | None = None, **more: Any) -> JsonObject:
    """`attributes` maps a name to a value, or to (value, format)."""
    entries = []
    for attribute, value in (attributes or {}).items():
        plain, form = value if isinstance(value, tuple) else (value, None)
        entry = {"name": attribute, "isPublic": True, "value": plain}
        entries.append({**entry, "format": form} if form else entry)
    body = {
        "id": f"e-{name}-{when}-{who}",
        "name": name,
        "externalCreatedAt": when,
        "isPublic": True,
        "participant": participant(who),
        "address": address(who),
        "author": AUTHOR,
        **more,
    }
    return {**body, "metadata": {"attributes": entries}} if entries else body


def attachment(label: str) -> JsonObject:
    return {"attachmentId": "at-1", "contentLength": 1000, "isPublic": True, "label": label}


def whole_document() -> JsonObject:
    return {
        "id": "d-1",
        "category": "MassID",
        "type": "Organic",
        "subtype": "Food, Food Waste and Beverages",
        "measurementUnit": "kg",
        "currentValue": 900,
        "status": "OPEN",
        "dataSetName": "TEST",
        "externalCreatedAt": "2026-05-01T08:00:00.000Z",
        "createdAt": "2026-05-01T08:00:00.000Z",
        "updatedAt": "2026-05-01T08:00:00.000Z",
        "isPubliclySearchable": True,
        "primaryParticipant": participant("generator"),
        "primaryAddress": address("generator"),
        "externalEvents": [
            event("ACTOR", "2026-05-01T08:00:00.000Z", "generator", label="Waste Generator"),
            event("ACTOR", "2026-05-01T08:00:01.000Z", "hauler", label="Hauler"),
            event("ACTOR", "2026-05-01T08:00:02.000Z", "processor", label="Processor"),
            event("ACTOR", "2026-05-01T08:00:03.000Z", "recycler", label="Recycler"),
            event("ACTOR", "2026-05-01T08:00:04.000Z", "integrator", label="Integrator"),
            event("Pick-up", "2026-05-01T09:00:00.000Z", "generator", _pick_up()),
            event(
                "Transport Manifest",
                "2026-05-01T09:10:00.000Z",
                "generator",
                {"Document Type": "MTR", "Document Number": "4126", "Issue Date": ("2026-05-01", "DATE")},
                attachments=[attachment("Transport Manifest")],
            ),
            event("Weighing", "2026-05-01T10:00:00.000Z", "recycler", _weighing(), value=1000),
            event(
                "Drop-off",
                "2026-05-01T10:10:00.000Z",
                "recycler",
                {"Receiving Operator Identifier": "op-7"},
                value=1000,
            ),
            event("Sorting", "2026-05-01T11:00:00.000Z", "recycler", _sorting(), value=900),
            event(
                "Recycling Manifest",
                "2026-08-01T09:00:00.000Z",
                "recycler",
                {"Document Type": "CDF", "Document Number": 2353, "Issue Date": ("2026-08-01", "DATE")},
                attachments=[attachment("Recycling Manifest")],
            ),
            event("Recycled", "2026-08-01T10:00:00.000Z", "recycler"),
        ],
    }


def _pick_up() -> JsonObject:
    return {
        "Vehicle Type": "Truck",
        "Vehicle License Plate": "ABC1D23",
        "Driver Identifier": "d-1",
        "Local Waste Classification ID": "20 01 08",
        "Local Waste Classification Description": "Resíduos biodegradáveis de cozinha e cantinas",
    }


def _weighing() -> JsonObject:
    return {
        "Description": "Weighed in bins",
        "Weighing Capture Method": "Digital",
        "Scale Type": "Floor Scale",
        "Container Type": "Bin",
        "Container Quantity": 10,
        "Container Capacity": (120, "LITER"),
        "Gross Weight": (1100, "KILOGRAM"),
        "Tare": (10, "KILOGRAM"),
        "Vehicle License Plate": "ABC1D23",
    }


def _sorting() -> JsonObject:
    return {"Description": "Sorted", "Gross Weight": (1000, "KILOGRAM"), "Deducted Weight": (100, "KILOGRAM")}


def accreditation(role: str, who: str, **more: Any) -> JsonObject:
    facility = {name: address(who)[name] for name in ("street", "number", "city", "countryState", "countryCode")}
    return {
        "role": role,
        "participant": {"id": f"p-{who}"},
        "status": "Approved",
        "effectiveDate": "2020-01-01T00:00:00Z",
        "expirationDate": "2030-01-01T00:00:00Z",
        "facilityAddress": {**facility, "latitude": PLACES[who][0], "longitude": PLACES[who][1]},
        **more,
    }


class Massid:
    """A document to break, and a profile to judge it with."""

    def __init__(self) -> None:
        self.body = whole_document()
        self.profile: JsonObject | None = {
            "version": 1,
            "complete": True,
            "accreditations": [
                accreditation(
                    "Recycler",
                    "recycler",
                    scaleType="Floor Scale",
                    emissionsMetrics=[
                        {
                            "referenceYear": 2025,
                            "sortingFactor": 0.1,
                            "greenhouseGasType": "Methane (CH4)",
                            "baselines": {"Food, Food Waste and Beverages": "Open-air dump"},
                            "exceedingEmissionCoefficient": 0.1,
                        }
                    ],
                ),
                accreditation("Processor", "processor"),
                accreditation("Integrator", "integrator"),
                accreditation("Waste Generator", "generator"),
            ],
        }
        self.now = NOW

    @property
    def recycler(self) -> JsonObject:
        assert self.profile
        return self.profile["accreditations"][0]  # type: ignore[no-any-return]

    @property
    def metrics(self) -> JsonObject:
        return self.recycler["emissionsMetrics"][0]  # type: ignore[no-any-return]

    @property
    def events(self) -> list[JsonObject]:
        return self.body["externalEvents"]  # type: ignore[no-any-return]

    def event(self, name: str, label: str | None = None) -> JsonObject:
        return next(one for one in self.events if one["name"] == name and (label is None or one.get("label") == label))

    def add(self, name: str, when: str, who: str, attributes: JsonObject | None = None, **more: Any) -> JsonObject:
        self.events.append(event(name, when, who, attributes, **more))
        return self.events[-1]

    def remove(self, name: str, label: str | None = None) -> None:
        self.events.remove(self.event(name, label))

    def attribute(self, event_name: str, name: str) -> JsonObject:
        entries = self.event(event_name)["metadata"]["attributes"]
        found = next((one for one in entries if one["name"] == name), None)
        if found is None:
            found = {"name": name, "isPublic": True}
            entries.append(found)
        return found

    def set(self, event_name: str, name: str, value: Any) -> None:
        self.attribute(event_name, name)["value"] = value

    def unset(self, event_name: str, name: str) -> None:
        self.event(event_name)["metadata"]["attributes"].remove(self.attribute(event_name, name))

    def parsed_profile(self) -> AccreditationProfile | None:
        return parse_profile(self.profile) if self.profile is not None else None

    def report(self, methodology: str = "bold-recycling", *, review: bool = False) -> PreflightReport:
        return run_preflight(
            self.body,
            methodology=methodology,
            now=self.now,
            profile=self.parsed_profile(),
            review_required_enabled=review,
        )

    def verdict(self, rule: str, methodology: str = "bold-recycling", *, review: bool = False) -> Outcome:
        return self.report(methodology, review=review).verdicts[rule]


@pytest.fixture
def massid() -> Massid:
    """Whole: every rule passes, but for those that need Carrot's other documents or the manifests' text."""
    return Massid()
