"""drop-off-at-recycler: the load ended at the recycler's own address.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/drop-off-at-recycler/src/
drop-off-at-recycler.processor.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.jsvalues import is_filled
from massid_relay.preflight.subject import Event, Subject
from massid_relay.preflight.vocabulary import DROP_OFF, Role

RULE = Rule("drop-off-at-recycler")

_OPERATOR = "Receiving Operator Identifier"


def check(subject: Subject, context: Context) -> list[Finding]:
    """The last Drop-off in array order: its operator, and its `address.id` equal to the first Recycler's."""
    drop_offs = subject.named(DROP_OFF)
    if not drop_offs:
        return [RULE.failed(subject.events_path, "There is no Drop-off event.")]
    last = drop_offs[-1]
    problems = _address(subject, last)
    if not is_filled(last.value_of(_OPERATOR)):
        missing = RULE.failed(last.path_of(_OPERATOR), f"The last Drop-off needs `{_OPERATOR}`: who received the load.")
        problems = [missing, *(finding for finding in problems if finding.outcome == "FAILED")]
    return RULE.verdict(problems, "The load was received at the recycler's address.")


def _address(subject: Subject, last: Event) -> list[Finding]:
    recycler = subject.actor(Role.RECYCLER)
    if recycler is None:
        return [
            RULE.failed(subject.events_path, "There is no ACTOR event labelled `Recycler` to compare addresses with.")
        ]
    same = last.same_place_as(recycler)
    if same is None:
        return [
            RULE.undecided(
                last.place.path,
                "The Drop-off's address must be the very address (same id) of the Recycler's ACTOR event.",
                "both addresses by id, or both written out for the same participant",
            )
        ]
    if not same:
        return [
            RULE.failed(
                last.place.path,
                "The last Drop-off's address must be the same as in the Recycler's ACTOR event: same id, or the same text "
                "for the same participant.",
            )
        ]
    return []
