"""The submissions-queue message of a load, in Carrot's own field names.

Names and labels as the rule code spells them (bold-methodology §2). Visibility by role: what belongs to generator and hauler is
private, what belongs to processor and recycler public (docs.carrot.eco, integrations/guides/privacy-and-masking).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from massid_relay.core.clock import iso
from massid_relay.core.jsons import JsonObject

from massid_local.samples.load import KG, Load
from massid_local.samples.parties import Party
from massid_local.samples.world import INTEGRATOR

NO_MANIFEST: Final = "Transporte dispensado de MTR: coleta local sem veículo de carga (Portaria MMA 280/2020)"
NO_CERTIFICATE: Final = "CDF não emitido pelo sistema estadual para esta categoria de destinador"
NO_DRIVER: Final = "Coleta feita por equipe rotativa sem motorista fixo"


def attribute(
    name: str, value: Any, *, public: bool, unit: str | None = None, sensitive: bool | None = None
) -> JsonObject:
    """One entry of `metadata.attributes`; the platform's loader wants `isPublic` on each."""
    entry: JsonObject = {"name": name, "value": value, "isPublic": public}
    if unit is not None:
        entry["format"] = unit
    if sensitive is not None:
        entry["sensitive"] = sensitive
    return entry


def write_submission(load: Load) -> JsonObject:
    """The whole message: `{version, externalId, document, events, evidence, methodology}`."""
    events = list(_events(load))
    return {
        "version": 1,
        "externalId": load.external_id,
        "document": _document(load),
        "events": events,
        "evidence": evidence_of(events),
        "methodology": load.methodology,
    }


def evidence_of(events: Iterable[JsonObject]) -> list[str]:
    """The file names that events refer to, in order, each once."""
    names = (attachment["fileName"] for event in events for attachment in event.get("attachments", ()))
    return list(dict.fromkeys(names))


def _document(load: Load) -> JsonObject:
    generator = load.plan.generator
    return {
        "category": "MassID",
        "type": "Organic",
        "subtype": load.plan.waste.subtype,
        "measurementUnit": "kg",
        "externalCreatedAt": iso(load.times.created),
        "isPublic": True,
        "isPubliclySearchable": True,
        "participant": generator.as_json(),
        "address": generator.place.as_json(),
    }


def _events(load: Load) -> Iterator[JsonObject]:
    yield from _actors(load)
    yield _pick_up(load)
    yield _transport_manifest(load)
    if load.plan.via_processor:
        yield from _stop_at_processor(load)
    yield _weighing(load, "weighing", load.times.weighed)
    if load.plan.two_step:
        yield _weighing(load, "weighing-empty", load.times.weighed + timedelta(minutes=12))
    yield _drop_off(load)
    yield _sorting(load)
    yield _recycling_manifest(load)
    yield _event(load, "recycled", "Recycled", load.times.recycled, load.plan.recycler, public=True)
    yield _event(load, "close", "CLOSE", load.times.closed, INTEGRATOR, public=True)


def _event(
    load: Load,
    suffix: str,
    name: str,
    moment: datetime,
    party: Party,
    *,
    public: bool,
    attributes: Sequence[JsonObject] = (),
    **more: Any,
) -> JsonObject:
    """An event at its party's own place; `more` holds label, value and attachments."""
    event: JsonObject = {
        "externalId": f"{load.external_id}.{suffix}",
        "name": name,
        "externalCreatedAt": iso(moment),
        "isPublic": public,
        "participant": party.as_json(),
        "address": party.place.as_json(),
        **more,
    }
    if attributes:
        event["metadata"] = {"attributes": list(attributes)}
    return event


def _actors(load: Load) -> Iterator[JsonObject]:
    plan = load.plan
    roles: list[tuple[str, Party | None, bool]] = [
        ("Waste Generator", plan.generator, False),
        ("Hauler", plan.hauler, False),
        ("Processor", plan.processor, True),
        ("Recycler", plan.recycler, True),
        ("Integrator", INTEGRATOR, True),
    ]
    for minute, (label, party, public) in enumerate(roles, start=1):
        if party is not None:
            suffix = f"actor-{label.lower().replace(' ', '-')}"
            moment = load.times.created + timedelta(minutes=minute)
            yield _event(load, suffix, "ACTOR", moment, party, public=public, label=label)


def _pick_up(load: Load) -> JsonObject:
    plan, (latitude, longitude) = load.plan, load.picked_up_at
    attributes = [
        *_vehicle(load),
        *_driver(load),
        attribute("Local Waste Classification ID", plan.waste.code, public=True),
        attribute("Local Waste Classification Description", plan.waste.description, public=True),
        attribute("Captured GPS Latitude", latitude, public=False),
        attribute("Captured GPS Longitude", longitude, public=False),
    ]
    moment = load.times.picked_up
    return _event(load, "pick-up", "Pick-up", moment, plan.generator, public=False, attributes=attributes)


def _vehicle(load: Load) -> Iterator[JsonObject]:
    vehicle = load.plan.vehicle
    yield attribute("Vehicle Type", vehicle.type, public=True)
    yield attribute("Vehicle License Plate", vehicle.plate, public=False, sensitive=True)
    if vehicle.description is not None:
        yield attribute("Vehicle Description", vehicle.description, public=True)


def _driver(load: Load) -> Iterator[JsonObject]:
    """A driver, or the reason why none is named: exactly one (driver-identification); sludge pipes need neither."""
    if load.plan.vehicle.type == "Sludge Pipes":
        return
    if load.plan.names_driver:
        yield attribute("Driver Identifier", load.driver, public=False, sensitive=True)
    else:
        yield attribute("Driver Identifier Exemption Justification", NO_DRIVER, public=True)


def _transport_manifest(load: Load) -> JsonObject:
    moment = load.times.picked_up + timedelta(minutes=5)
    if load.plan.transport_exempt:
        details = _exemption(NO_MANIFEST, public=False)
    else:
        details = _manifest("MTR", load.transport_number, load.times.picked_up, public=False)
        details["attachments"] = [_attachment(load.transport_file, "Transport Manifest")]
    generator = load.plan.generator
    return _event(load, "transport-manifest", "Transport Manifest", moment, generator, public=False, **details)


def _recycling_manifest(load: Load) -> JsonObject:
    if load.plan.recycling_exempt:
        details = _exemption(NO_CERTIFICATE, public=True)
    else:
        details = _manifest("CDF", load.recycling_number, load.times.certified, public=True)
        details["attachments"] = [_attachment(load.recycling_file, "Recycling Manifest")]
    moment = load.times.certified
    return _event(load, "recycling-manifest", "Recycling Manifest", moment, load.plan.recycler, public=True, **details)


def _manifest(kind: str, number: str, issued: datetime, *, public: bool) -> JsonObject:
    """The issue date is a plain date: midnight UTC would be the day before in São Paulo (bold-methodology §6)."""
    return {
        "attributes": [
            attribute("Document Type", kind, public=public),
            attribute("Document Number", number, public=public),
            attribute("Issue Date", issued.date().isoformat(), public=public, unit="DATE"),
        ]
    }


def _exemption(reason: str, *, public: bool) -> JsonObject:
    return {"attributes": [attribute("Exemption Justification", reason, public=public)]}


def _attachment(file_name: str, label: str) -> JsonObject:
    """Every paper names the generator or a plate, so none is public."""
    return {"fileName": file_name, "label": label, "isPublic": False}


def _stop_at_processor(load: Load) -> Iterator[JsonObject]:
    """Unloaded at the processor and carried on the same day: by position these two are judged as the processor's."""
    processor = load.plan.processor
    arrival, departure = load.processor_stop
    operator = [attribute("Receiving Operator Identifier", "CT-03", public=True)]
    yield _event(load, "processor-drop-off", "Drop-off", arrival, processor, public=True, attributes=operator)
    yield _event(
        load, "processor-pick-up", "Pick-up", departure, processor, public=True, attributes=list(_vehicle(load))
    )


def _weighing(load: Load, suffix: str, moment: datetime) -> JsonObject:
    """`value` is the net weight. The second of two weighings repeats the first one's figures (weighing)."""
    plan, weights = load.plan, load.weights
    attributes = [
        attribute("Description", "Pesagem na entrada do pátio", public=True),
        attribute("Weighing Capture Method", plan.capture_method, public=True),
        attribute("Scale Type", plan.recycler.scale_type, public=True),
        attribute("Container Type", plan.container, public=True),
        attribute("Container Capacity", weights.capacity, public=True, unit=weights.capacity_format),
        attribute("Gross Weight", weights.gross, public=True, unit=KG),
        attribute("Tare", weights.tare, public=True, unit=KG),
        attribute("Vehicle License Plate", plan.vehicle.plate, public=False, sensitive=True),
    ]
    if weights.quantity is not None:
        attributes.insert(5, attribute("Container Quantity", weights.quantity, public=True))
    more: JsonObject = {"value": weights.net}
    if suffix == "weighing":
        more["attachments"] = [_attachment(load.ticket_file, "Weighing Ticket")]
    return _event(load, suffix, "Weighing", moment, plan.recycler, public=True, attributes=attributes, **more)


def _drop_off(load: Load) -> JsonObject:
    latitude, longitude = load.dropped_off_at
    attributes = [
        attribute("Receiving Operator Identifier", load.operator, public=True),
        attribute("Captured GPS Latitude", latitude, public=True),
        attribute("Captured GPS Longitude", longitude, public=True),
    ]
    moment = load.times.dropped_off
    return _event(load, "drop-off", "Drop-off", moment, load.plan.recycler, public=True, attributes=attributes)


def _sorting(load: Load) -> JsonObject:
    weights = load.weights
    attributes = [
        attribute("Description", "Triagem manual e retirada de rejeitos", public=True),
        attribute("Gross Weight", weights.net, public=True, unit=KG),
        attribute("Deducted Weight", weights.deducted, public=True, unit=KG),
    ]
    moment, value = load.times.sorted, weights.sorted_value
    return _event(
        load, "sorting", "Sorting", moment, load.plan.recycler, public=True, attributes=attributes, value=value
    )
