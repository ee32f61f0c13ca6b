"""A profile made from the accreditation documents themselves, for those who can read them.

Source: methodology-rules libs/shared/methodologies/bold/{getters,helpers}/src, and the rules' own validators. What the auditor
ignores because its shape is wrong (an exception without a reason, a fraction that is no fraction) is left out here too.
"""

import re
from collections.abc import Sequence
from typing import Any

from massid_relay.core.jsons import JsonObject
from massid_relay.preflight.jsvalues import MISSING, is_filled, is_number, js_text
from massid_relay.preflight.profile import AccreditationProfile, parse_profile
from massid_relay.preflight.reader import read_subject
from massid_relay.preflight.subject import Event, Subject
from massid_relay.preflight.times import lenient_datetime, loader_datetime
from massid_relay.preflight.vocabulary import (
    CDM_CODE_OF_SUBTYPE,
    MANDATORY_ATTRIBUTE_EXEMPTION,
    MASS_ID_CATEGORY,
    Baseline,
    Role,
)

_ROLES = frozenset(str(role) for role in Role)
_FRACTION = re.compile(r"0|1|0\.[0-9]+|1\.0+")


def profile_from_documents(documents: Sequence[JsonObject]) -> AccreditationProfile:
    """A complete profile from all accreditation documents that an audit links.

    Each is a document of category `Methodology`, type `Participant Accreditation` and the role as subtype; others are passed
    over.
    """
    subjects = [read_subject(document) for document in documents]
    return parse_profile(
        {
            "version": 1,
            "complete": True,
            "accreditations": [_accreditation(subject) for subject in subjects if _is_accreditation(subject)],
        }
    )


def _is_accreditation(subject: Subject) -> bool:
    return (subject.category, subject.type) == (
        "Methodology",
        "Participant Accreditation",
    ) and subject.subtype in _ROLES


def _accreditation(subject: Subject) -> JsonObject:
    result = subject.first("Accreditation Result")
    facility = subject.first("Facility Address")
    participant = subject.raw.get("primaryParticipant") or subject.raw.get("participant") or {}
    return {
        "role": subject.subtype,
        "participant": {name: participant[name] for name in ("id", "taxId") if is_filled(participant.get(name))},
        "hasResult": result is not None,
        **(_result(result) if result else {}),
        "facilityAddress": _facility(facility) if facility else None,
        "scaleType": _text(subject.first("Monitoring Systems & Equipment"), "Scale Type"),
        "emissionsMetrics": [
            metrics
            for event in subject.events
            if "Emissions & Composting Metrics" in (event.name or "") and (metrics := _metrics(event))
        ],
        "carbonCharacterizations": [
            figures
            for event in subject.named("Organic Waste Carbon Characterization")
            if (figures := _characterization(event))
        ],
    }


def _result(event: Event) -> JsonObject:
    effective, expiration = event.value_of("Effective Date"), event.value_of("Expiration Date")
    dates_valid = loader_datetime(effective) and (expiration is MISSING or loader_datetime(expiration))
    return {
        "status": _text(event, "Accreditation Status"),
        "effectiveDate": effective if dates_valid else None,
        "expirationDate": expiration if dates_valid and expiration is not MISSING else None,
        "approvedExceptions": _exceptions(event.value_of("Approved Exceptions")),
        "requiredAdditionalVerifications": _verifications(event.value_of("Required Additional Verifications")),
    }


def _exceptions(value: Any) -> list[JsonObject]:
    """The exceptions the auditor would honour. One of a wrong shape in the list makes it ignore the whole list."""
    entries = value if isinstance(value, list) else []
    if not all(_has_shape(entry) for entry in entries):
        return []
    return [
        {
            "event": entry["Attribute Location"]["Event"],
            "attributeName": entry["Attribute Name"],
            "validUntil": _until(entry),
            "honoured": _honoured(entry),
        }
        for entry in entries
    ]


def _has_shape(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("Attribute Location"), dict):
        return False
    location = entry["Attribute Location"]
    asset = location.get("Asset")
    texts = [location.get("Event"), *(entry.get(name) for name in ("Attribute Name", "Exception Type", "Reason"))]
    texts.append(asset.get("Category") if isinstance(asset, dict) else None)
    return all(isinstance(text, str) and text for text in texts) and isinstance(entry.get("Valid Until", ""), str)


def _honoured(entry: JsonObject) -> bool:
    until = entry.get("Valid Until")
    return (
        entry["Attribute Location"]["Asset"]["Category"] == MASS_ID_CATEGORY
        and entry["Exception Type"] == MANDATORY_ATTRIBUTE_EXEMPTION
        and (not until or lenient_datetime(until) is not None)
    )


def _until(entry: JsonObject) -> str | None:
    until = entry.get("Valid Until")
    return until if until and lenient_datetime(until) else None


def _verifications(value: Any) -> list[JsonObject]:
    entries = value if isinstance(value, list) else []
    if not all(isinstance(entry, dict) and isinstance(entry.get("Verification Type"), str) for entry in entries):
        return []
    return [
        {"verificationType": entry["Verification Type"], "layoutIds": entry.get("Layout IDs") or []}
        for entry in entries
    ]


def _facility(event: Event) -> JsonObject:
    point = event.place.point
    return {
        **{
            wanted: event.place.text(wanted) or ""
            for wanted in ("street", "number", "city", "countryState", "countryCode")
        },
        "latitude": point.latitude if point else None,
        "longitude": point.longitude if point else None,
    }


def _metrics(event: Event) -> JsonObject | None:
    year = js_text(event.value_of("Reference Year"))
    if year is None or not re.fullmatch("[0-9]{4}", year):
        return None
    factor, exceeding = event.value_of("Sorting Factor"), event.value_of("Exceeding Emission Coefficient (per ton)")
    return {
        "referenceYear": year,
        "sortingFactor": factor if is_number(factor) else None,
        "exceedingEmissionCoefficient": exceeding if is_number(exceeding) else None,
        "greenhouseGasType": _text(event, "Greenhouse Gas Type (GHG)"),
        "baselines": _baselines(event.value_of("Baselines")),
    }


def _baselines(value: Any) -> JsonObject | None:
    known = {str(baseline) for baseline in Baseline}
    entries = value.items() if isinstance(value, dict) else ()
    valid = all(subtype in CDM_CODE_OF_SUBTYPE and baseline in known for subtype, baseline in entries)
    return dict(entries) if valid and isinstance(value, dict) else None


def _characterization(event: Event) -> JsonObject | None:
    code = js_text(event.value_of("Local Waste Classification ID"))
    carbon, moisture = event.value_of("Carbon Fraction"), event.value_of("Moisture Fraction")
    analysed = event.value_of("Carbon Analysis Date")
    usable = all(isinstance(one, str) and _FRACTION.fullmatch(one) for one in (carbon, moisture))
    if not usable or not code or not lenient_datetime(analysed):
        return None
    return {
        "localWasteClassificationId": code,
        "carbonFraction": carbon,
        "moistureFraction": moisture,
        "carbonAnalysisDate": analysed,
    }


def _text(event: Event | None, name: str) -> str | None:
    value = event.value_of(name) if event else MISSING
    return value if isinstance(value, str) else None
