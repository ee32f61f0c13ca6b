"""hauler-identification: who drove the load.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/hauler-identification/src/
hauler-identification.processor.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import PICK_UP, VEHICLES_WITHOUT_HAULER, Role

RULE = Rule("hauler-identification")


def check(subject: Subject, context: Context) -> list[Finding]:
    """A Pick-up, and an ACTOR labelled `Hauler` unless the vehicle is `Sludge Pipes` or `Cart`."""
    pick_up = subject.first(PICK_UP)
    if pick_up is None:
        return [RULE.failed(subject.events_path, "There is no Pick-up event.")]
    vehicle = pick_up.value_of("Vehicle Type")
    if subject.actor(Role.HAULER) is None and not (isinstance(vehicle, str) and vehicle in VEHICLES_WITHOUT_HAULER):
        return [
            RULE.failed(
                subject.events_path,
                "There is no ACTOR event labelled `Hauler`. Only loads by `Cart` or `Sludge Pipes` go without.",
            )
        ]
    return [RULE.passed("The hauler is identified, or none is needed.")]
