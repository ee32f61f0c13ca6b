"""geolocation-and-address-precision: loads start and end at the accredited places.

First Pick-up = Waste Generator, last Drop-off = Recycler, every other Pick-up or Drop-off = Processor (the
last of them is judged).
Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/geolocation-and-address-precision/src/
geolocation-and-address-precision.{processor,helpers,constants,validators}.ts,
libs/shared/methodologies/bold/getters/src/document.getters.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.geo import Point, distance_metres
from massid_relay.preflight.jsvalues import is_number
from massid_relay.preflight.profile import Accreditation, ProfileAddress
from massid_relay.preflight.similarity import ADDRESS_THRESHOLD, address_similarity, numbers_agree
from massid_relay.preflight.subject import Event, Place, Subject
from massid_relay.preflight.vocabulary import DROP_OFF, PICK_UP, Role

RULE = Rule("geolocation-and-address-precision")

NEAR_METRES = 2_000
FAR_METRES = 30_000

_LATITUDE = "Captured GPS Latitude"
_LONGITUDE = "Captured GPS Longitude"


def check(subject: Subject, context: Context) -> list[Finding]:
    """Each of these events against the accredited address of its participant in its role."""
    missing = [
        RULE.failed(subject.events_path, f"There is no {name} event.")
        for name in (PICK_UP, DROP_OFF)
        if subject.first(name) is None
    ]
    if missing:
        return missing
    problems = [
        finding for role, event in judged_events(subject).items() for finding in _role(subject, context, role, event)
    ]
    return RULE.verdict(problems, "The places of Pick-up and Drop-off are the accredited ones.")


def judged_events(subject: Subject) -> dict[Role, Event]:
    """The event that stands for each role. Needs at least one Pick-up and one Drop-off."""
    first_pick_up, last_drop_off = subject.first(PICK_UP), subject.named(DROP_OFF)[-1]
    judged: dict[Role, Event] = {}
    for event in subject.events:
        if event.name in (PICK_UP, DROP_OFF):
            role = Role.PROCESSOR
            if event is first_pick_up:
                role = Role.WASTE_GENERATOR
            elif event is last_drop_off:
                role = Role.RECYCLER
            judged[role] = event
    return judged


def _role(subject: Subject, context: Context, role: Role, event: Event) -> list[Finding]:
    stranger = _stranger(subject, role, event)
    if stranger:
        return stranger
    listed = context.accreditations(role, event)
    if not listed:
        return _unlisted(context, role, event)
    accredited = listed[0].facility_address
    if accredited is None:
        if role is Role.WASTE_GENERATOR:
            return []
        return [RULE.failed(event.place.path, f"The {role}'s accreditation has no facility address to compare with.")]
    if accredited.point is None:
        return [RULE.failed(event.place.path, f"The {role}'s accredited address has no coordinates.")]
    return _compare(context, role, event, accredited, accredited.point, context.recycler_accreditation(subject))


def _stranger(subject: Subject, role: Role, event: Event) -> list[Finding]:
    """The audit finds the accredited address through an ACTOR of that label and that very participant."""
    if role is Role.WASTE_GENERATOR:
        return []
    if any(actor.party.identity.same_as(event.party.identity) is not False for actor in subject.actors(role)):
        return []
    return [
        RULE.failed(
            event.party.path,
            f"The participant of this {event.name} isn't the {role} of any ACTOR event, so no accredited address is found. "
            f"The last Drop-off belongs to the Recycler, any stop in between to the Processor.",
        )
    ]


def _unlisted(context: Context, role: Role, event: Event) -> list[Finding]:
    surely = context.surely_unlisted(role, event)
    if role is Role.WASTE_GENERATOR and surely:
        return []
    if surely:
        return [RULE.failed(event.party.path, f"The participant of this {event.name} has no accreditation as {role}.")]
    return [
        RULE.undecided(
            event.place.path,
            f"The place of this {event.name} must be the {role}'s accredited one: within {NEAR_METRES} m, or up to "
            f"{FAR_METRES} m with nearly the same address.",
            f"the {role}'s accredited address",
        )
    ]


def _compare(
    context: Context,
    role: Role,
    event: Event,
    accredited: ProfileAddress,
    target: Point,
    recycler: Accreditation | None,
) -> list[Finding]:
    if not event.place.known:
        return [
            RULE.undecided(
                f"{event.path}.addressId",
                f"The address of this {event.name} is only named by its id, so its distance can't be measured.",
                "the address behind the id",
            )
        ]
    here = event.place.point
    if here is None:
        return [
            *_same_address(context, role, event, accredited, numbers_count=False),
            *_gps(context, role, event, target, recycler),
        ]
    distance = distance_metres(here, target)
    if distance <= NEAR_METRES:
        return _gps(context, role, event, target, recycler)
    if distance > FAR_METRES:
        return [
            RULE.failed(
                event.place.path,
                f"This {event.name} is {distance} m away from the {role}'s accredited address; at most {FAR_METRES} m are "
                "accepted. Check latitude and longitude.",
            )
        ]
    return _same_address(context, role, event, accredited, numbers_count=True)


def _same_address(
    context: Context, role: Role, event: Event, accredited: ProfileAddress, *, numbers_count: bool
) -> list[Finding]:
    """Equal country and state, and a similar text. Without coordinates of the event the auditor doesn't compare the numbers."""
    place = event.place
    if place.text("countryCode") != accredited.country_code or place.text("countryState") != accredited.country_state:
        return [
            RULE.failed(
                place.path,
                f"Country and state of this {event.name} must be written exactly as in the {role}'s accredited address.",
            )
        ]
    here, there = _line(place), ", ".join(filter(None, (accredited.street, accredited.number, accredited.city)))
    alike = address_similarity(here, there) >= ADDRESS_THRESHOLD
    if not alike or (numbers_count and not numbers_agree(here, there)):
        return [
            RULE.failed(
                place.path,
                f"Street, number and city of this {event.name} aren't those of the {role}'s accredited address, and it is "
                f"not within {NEAR_METRES} m of it.",
            )
        ]
    if context.review_required_enabled:
        return [
            RULE.review(
                place.path, f"A person will compare the address of this {event.name} with the {role}'s accredited one."
            )
        ]
    return []


def _line(place: Place) -> str:
    return ", ".join(filter(None, (place.text("street"), place.text("number"), place.text("city"))))


def _gps(context: Context, role: Role, event: Event, target: Point, recycler: Accreditation | None) -> list[Finding]:
    captured = _captured(event)
    if captured is None or (role is Role.RECYCLER and _excused(recycler, event, context)):
        return []
    distance = distance_metres(target, captured)
    if distance <= NEAR_METRES:
        return []
    return [
        RULE.failed(
            event.path_of(_LATITUDE),
            f"The captured GPS position of this {event.name} is {distance} m away from the {role}'s accredited address; at "
            f"most {NEAR_METRES} m are accepted.",
        )
    ]


def _captured(event: Event) -> Point | None:
    """Both readings as JSON numbers in range; anything else the auditor ignores."""
    latitude, longitude = event.value_of(_LATITUDE), event.value_of(_LONGITUDE)
    if not (is_number(latitude) and is_number(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return Point(float(latitude), float(longitude))


def _excused(recycler: Accreditation | None, event: Event, context: Context) -> bool:
    return recycler is not None and all(
        recycler.waives(event.name or "", name, context.now) for name in (_LATITUDE, _LONGITUDE)
    )
