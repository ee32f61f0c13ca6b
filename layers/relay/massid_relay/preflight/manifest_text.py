"""Compares what an attached manifest says with the events, as far as its text can be read.

The auditor reads the file with OCR and asks for a review wherever it isn't sure; that part can't be known here, so a file whose
text agrees in everything is still not decided. A mismatch is: it fails or it is for review, as the auditor's table says.
What isn't legible is named, never guessed. Addresses are left to the auditor, who at most asks for a review.
Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/document-manifest-data/src/
{transport,recycling}-manifest-cross-validation.helpers.ts, cross-validation/*.ts; libs/shared/helpers/src/timezone.helpers.ts.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from massid_relay.preflight.findings import Finding, Outcome, Rule
from massid_relay.preflight.jsvalues import is_positive, js_number, js_text
from massid_relay.preflight.manifest_fields import ManifestFields, read_recycling_manifest, read_transport_manifest
from massid_relay.preflight.plates import normalised_plate
from massid_relay.preflight.rules.regional_waste_classification import CODE, DESCRIPTION
from massid_relay.preflight.similarity import ADDRESS_THRESHOLD, description_similarity
from massid_relay.preflight.subject import Event, Place, Subject
from massid_relay.preflight.times import loader_datetime
from massid_relay.preflight.vocabulary import DROP_OFF, PICK_UP, TRANSPORT_MANIFEST, WEIGHING, Role

_REVIEW_DAYS = 3
_QUANTITY_TOLERANCE_KG = 0.01
_LOOK_ALIKES = frozenset(map(frozenset, ("0D", "0O", "1I", "2Z", "5S", "6G", "8B", "/I")))
_STATE_ZONES = {
    "AC": "America/Rio_Branco",
    "AM": "America/Manaus",
    "MS": "America/Campo_Grande",
    "MT": "America/Cuiaba",
    "RO": "America/Porto_Velho",
    "RR": "America/Boa_Vista",
}

Check = tuple[str, Outcome | None, str | None]
"""Name of the field; the verdict, None if it can't be compared; the path of the event's side."""


def compare_manifest(rule: Rule, subject: Subject, event: Event, text: str | None, path: str) -> list[Finding]:
    """One finding per mismatch, one for all that agrees, one for what isn't compared."""
    if text is None:
        return [
            rule.undecided(
                path, "The attached file has no text that can be read here.", "the text of the attached file"
            )
        ]
    is_transport = event.name == TRANSPORT_MANIFEST
    fields = read_transport_manifest(text) if is_transport else read_recycling_manifest(text)
    checks = list(_checks(subject, event, fields))
    findings = [_mismatch(rule, name, outcome, where or path) for name, outcome, where in checks if outcome in _DOUBTS]
    agreed = [name for name, outcome, _ in checks if outcome is Outcome.PASSED]
    unread = [name for name, outcome, _ in checks if outcome is None]
    if agreed:
        findings.append(rule.passed(f"The file's text agrees with the events in: {', '.join(agreed)}."))
    sentence = f"Not compared with the file's text: {', '.join([*unread, 'addresses'])}."
    return [*findings, rule.undecided(path, sentence, "the auditor's own reading of the file")]


_DOUBTS = (Outcome.FAILED, Outcome.REVIEW_REQUIRED)


def _mismatch(rule: Rule, name: str, outcome: Outcome | None, path: str) -> Finding:
    sentence = f"The {name} in the attached file isn't the one of the events. Correct whichever is wrong."
    return rule.failed(path, sentence) if outcome is Outcome.FAILED else rule.review(path, sentence)


def _checks(subject: Subject, event: Event, fields: ManifestFields) -> Iterator[Check]:
    recycler, generator = subject.actor(Role.RECYCLER), subject.actor(Role.WASTE_GENERATOR)
    yield "number", _fails(fields.number, js_text(event.value_of("Document Number"))), event.path_of("Document Number")
    yield "issue date", _fails(fields.issued, _issue_date(event, recycler)), event.path_of("Issue Date")
    yield _tax_id("recycler's tax id", fields.recycler_tax_id, recycler)
    yield _tax_id("generator's tax id", fields.generator_tax_id, generator)
    yield from _transport(subject, fields) if event.name == TRANSPORT_MANIFEST else _recycling(subject, fields)
    yield from _waste(subject, fields)


def _transport(subject: Subject, fields: ManifestFields) -> Iterator[Check]:
    pick_up, hauler = subject.first(PICK_UP), subject.actor(Role.HAULER)
    if hauler:
        yield _tax_id("hauler's tax id", fields.hauler_tax_id, hauler)
    plate = js_text(pick_up.value_of("Vehicle License Plate")) if pick_up else None
    same = _same_plate(fields.plate, plate) if fields.plate and plate else None
    yield "plate", _review(same), pick_up.path_of("Vehicle License Plate") if pick_up else None
    yield _dated("transport date", fields.transported, pick_up)
    yield _dated("receiving date", fields.received, subject.first(DROP_OFF))


def _recycling(subject: Subject, fields: ManifestFields) -> Iterator[Check]:
    drop_off = subject.first(DROP_OFF)
    day = _local_day(drop_off)
    inside = fields.period[0] <= day <= fields.period[1] if fields.period and day else None
    outcome = None if inside is None else Outcome.PASSED if inside else Outcome.FAILED
    yield "processing period", outcome, f"{drop_off.path}.externalCreatedAt" if drop_off else None
    numbers = [js_text(event.value_of("Document Number")) for event in subject.named(TRANSPORT_MANIFEST)]
    wanted = [number for number in numbers if number]
    if wanted:
        listed = fields.transport_numbers
        found = all(any(one in two or two in one for two in listed) for one in wanted) if listed else None
        yield "list of transport manifests", _review(found), None


def _waste(subject: Subject, fields: ManifestFields) -> Iterator[Check]:
    pick_up = subject.first(PICK_UP)
    code = js_text(pick_up.value_of(CODE)) if pick_up else None
    description = js_text(pick_up.value_of(DESCRIPTION)) if pick_up else None
    same = None
    if fields.waste_code and fields.waste_description and code and description:
        similar = description_similarity(fields.waste_description, description) >= ADDRESS_THRESHOLD
        same = "".join(fields.waste_code.split()) == "".join(code.split()) and similar
    yield "waste type", _review(same), pick_up.path_of(CODE) if pick_up else None
    weighing = subject.first(WEIGHING)
    enough = None
    if fields.quantity_kg is not None and weighing and is_positive(weighing.value):
        enough = js_number(weighing.value) <= float(fields.quantity_kg) + _QUANTITY_TOLERANCE_KG
    yield "quantity", _review(enough), f"{weighing.path}.value" if weighing else None


def _fails(printed: object, declared: object) -> Outcome | None:
    if printed is None or declared is None:
        return None
    return Outcome.PASSED if printed == declared else Outcome.FAILED


def _review(same: bool | None) -> Outcome | None:
    if same is None:
        return None
    return Outcome.PASSED if same else Outcome.REVIEW_REQUIRED


def _tax_id(name: str, printed: str | None, actor: Event | None) -> Check:
    declared = actor.party.tax_id if actor else None
    outcome = _fails(printed and _bare(printed), declared and _bare(declared))
    return name, outcome, f"{actor.party.path}.taxId" if actor else None


def _bare(tax_id: str) -> str:
    return "".join(one for one in tax_id if one not in " ./-")


def _same_plate(one: str, other: str) -> bool:
    """Equal, or one look-alike apart (0 and O, 8 and B and the like)."""
    first, second = normalised_plate(one), normalised_plate(other)
    if len(first) != len(second):
        return False
    different = [frozenset(pair) for pair in zip(first, second, strict=True) if pair[0] != pair[1]]
    return not different or (len(different) == 1 and different[0] in _LOOK_ALIKES)


def _dated(name: str, printed: date | None, event: Event | None) -> Check:
    day = _local_day(event)
    path = f"{event.path}.externalCreatedAt" if event else None
    if printed is None or day is None:
        return name, None, path
    apart = abs((printed - day).days)
    if apart == 0:
        return name, Outcome.PASSED, path
    return name, Outcome.REVIEW_REQUIRED if apart <= _REVIEW_DAYS else Outcome.FAILED, path


def _issue_date(event: Event, recycler: Event | None) -> date | None:
    """A plain date as it is; a moment as its day in the recycler's country."""
    written = js_text(event.value_of("Issue Date"))
    moment = loader_datetime(written)
    if moment:
        country = recycler.place.text("countryCode") if recycler else None
        return moment.astimezone(_zone("America/Sao_Paulo") if country == "BR" else UTC).date() if country else None
    try:
        return datetime.fromisoformat(written or "").date()
    except ValueError:
        return None


def _local_day(event: Event | None) -> date | None:
    if event is None or event.moment is None or not event.place.known:
        return None
    return event.moment.astimezone(_zone_of(event.place)).date()


def _zone_of(place: Place) -> ZoneInfo:
    if place.text("countryCode") != "BR":
        return _zone("UTC")
    return _zone(_STATE_ZONES.get(place.text("countryState") or "", "America/Sao_Paulo"))


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
