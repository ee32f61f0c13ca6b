"""Two-step weighing: what a second Weighing must have in common with the first.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/weighing/src/weighing.helpers.ts.
"""

from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.jsvalues import strictly_equal
from massid_relay.preflight.subject import Event

_EQUAL_ATTRIBUTES = (
    "Weighing Capture Method",
    "Scale Type",
    "Container Capacity",
    "Container Type",
    "Gross Weight",
    "Vehicle License Plate",
)


def agreement(rule: Rule, first: Event, second: Event) -> list[Finding]:
    """The same participant, and six attributes with strictly equal values."""
    problems = [
        rule.failed(
            second.path_of(name),
            f"`{name}` must be exactly the same in both Weighing events, plate and spelling included. (The full and the empty "
            "reading are gross weight and tare of one Weighing, not two gross weights.)",
        )
        for name in _EQUAL_ATTRIBUTES
        if not strictly_equal(first.value_of(name), second.value_of(name))
    ]
    same = first.party.identity.same_as(second.party.identity)
    if same is False:
        problems.append(rule.failed(second.party.path, "Both Weighing events must have the same participant."))
    elif same is None:
        problems.append(
            rule.undecided(
                second.party.path,
                "Both Weighing events must have the same participant.",
                "both participants by id, or both written out",
            )
        )
    return problems
