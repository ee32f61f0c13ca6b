"""waste-origin-identification: one Waste Generator, or an origin declared unidentified.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/waste-origin-identification/src/
waste-origin-identification.processor.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import PICK_UP, UNIDENTIFIED_ORIGIN, Role

RULE = Rule("waste-origin-identification")

_ORIGIN = "Waste Origin"


def check(subject: Subject, context: Context) -> list[Finding]:
    """Exactly one generator and another origin than `Unidentified` (or none), or no generator and `Unidentified`."""
    pick_up = subject.first(PICK_UP)
    if pick_up is None:
        return [RULE.failed(subject.events_path, "There is no Pick-up event.")]
    generators = subject.actors(Role.WASTE_GENERATOR)
    if len(generators) > 1:
        return [
            RULE.failed(
                generators[1].path, "Only one ACTOR event may be labelled `Waste Generator`. Remove the others."
            )
        ]
    unidentified = pick_up.value_of(_ORIGIN) == UNIDENTIFIED_ORIGIN
    if generators and unidentified:
        return [
            RULE.failed(
                pick_up.path_of(_ORIGIN),
                "The waste has a generator, so its `Waste Origin` can't be `Unidentified`. Remove one of the two.",
            )
        ]
    if not generators and not unidentified:
        return [
            RULE.failed(
                subject.events_path,
                "There is no ACTOR event labelled `Waste Generator`. Add the one the waste was collected from.",
            )
        ]
    return [RULE.passed("The origin of the waste is declared.")]
