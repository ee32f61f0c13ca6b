"""project-period-limit: recycled last year or this year.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/project-period-limit/src/
project-period-limit.processor.ts.
"""

from datetime import UTC, datetime

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import RECYCLED

RULE = Rule("project-period-limit")


def check(subject: Subject, context: Context) -> list[Finding]:
    """The first Recycled event lies on or after 1 January 00:00 UTC of the year before the audit's."""
    recycled = subject.first(RECYCLED)
    if recycled is None:
        return [RULE.failed(subject.events_path, "There is no Recycled event. Add it once the composting is done.")]
    earliest = datetime(context.now.astimezone(UTC).year - 1, 1, 1, tzinfo=UTC)
    if recycled.moment is None or recycled.moment < earliest:
        return [
            RULE.failed(
                f"{recycled.path}.externalCreatedAt",
                f"The Recycled event must not lie before 1 January {earliest.year} (UTC), judged on the day of the audit.",
            )
        ]
    return [RULE.passed("Recycled within the project period.")]
