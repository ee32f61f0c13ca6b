"""processor-identification: exactly one ACTOR labelled `Processor`.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/processor-identification/src/
processor-identification.processor.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.rules.actor_identification import exactly_one
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import Role

RULE = Rule("processor-identification")


def check(subject: Subject, context: Context) -> list[Finding]:
    """One passes; none and several fail."""
    return exactly_one(RULE, subject, Role.PROCESSOR)
