"""What processor-identification and recycler-identification have in common: exactly one ACTOR of the role.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/{processor,recycler}-identification/src/
{processor,recycler}-identification.processor.ts.
"""

from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import Role


def exactly_one(rule: Rule, subject: Subject, role: Role) -> list[Finding]:
    """One passes; none and several fail."""
    actors = subject.actors(role)
    if not actors:
        return [
            rule.failed(
                subject.events_path,
                f"There is no ACTOR event labelled `{role}`. Add one; a company may hold several roles, each in its own event.",
            )
        ]
    if len(actors) > 1:
        return [rule.failed(actors[1].path, f"Only one ACTOR event may be labelled `{role}`. Remove the others.")]
    return [rule.passed(f"There is exactly one {role}.")]
