"""waste-mass-is-unique: no second MassID for the same load.

The verdict compares with all MassIDs Carrot holds, which can't be seen here; its preconditions can.
Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/waste-mass-is-unique/src/
waste-mass-is-unique.{processor,helpers}.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.jsvalues import is_filled
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import DROP_OFF, PICK_UP, Role

RULE = Rule("waste-mass-is-unique")

_PLATE = "Vehicle License Plate"


def check(subject: Subject, context: Context) -> list[Finding]:
    """Pick-up with a plate, Drop-off, Recycler and Waste Generator must be there, whatever the vehicle or origin."""
    pick_up = subject.first(PICK_UP)
    problems = [
        RULE.failed(subject.events_path, f"There is no {name} event. Add it: the search for duplicates needs it.")
        for name in (DROP_OFF, PICK_UP)
        if subject.first(name) is None
    ]
    problems += [
        RULE.failed(
            subject.events_path,
            f"There is no ACTOR event labelled `{role}`. Add it: the search for duplicates needs it in every case, "
            "even for waste of unidentified origin.",
        )
        for role in (Role.RECYCLER, Role.WASTE_GENERATOR)
        if subject.actor(role) is None
    ]
    if pick_up and not is_filled(pick_up.value_of(_PLATE)):
        problems.append(
            RULE.failed(
                pick_up.path_of(_PLATE),
                "The Pick-up has no `Vehicle License Plate`. The search for duplicates needs one for every vehicle, "
                "even for a bicycle, a cart or sludge pipes.",
            )
        )
    undecided = RULE.undecided(
        None,
        "Everything the search for duplicates needs is there. Cancel an older MassID of the same load before sending this one.",
        "Carrot's search for other MassIDs with the same places, times, plate, participants and weight",
    )
    return problems or [undecided]
