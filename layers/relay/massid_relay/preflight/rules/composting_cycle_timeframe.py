"""composting-cycle-timeframe: 60 to 180 days from Drop-off to Recycled, give or take an hour.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/composting-cycle-timeframe/src/
composting-cycle-timeframe.{processor,constants}.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.times import whole_hours
from massid_relay.preflight.vocabulary import DROP_OFF, RECYCLED

RULE = Rule("composting-cycle-timeframe")

MIN_HOURS = 60 * 24 - 1
MAX_HOURS = 180 * 24 + 1


def check(subject: Subject, context: Context) -> list[Finding]:
    """Whole hours, truncated, from the first Drop-off to the first Recycled."""
    drop_off, recycled = subject.first(DROP_OFF), subject.first(RECYCLED)
    problems = [
        RULE.failed(subject.events_path, f"There is no {name} event.")
        for name, event in ((DROP_OFF, drop_off), (RECYCLED, recycled))
        if event is None
    ]
    if drop_off is None or recycled is None or drop_off.moment is None or recycled.moment is None:
        unreadable = [
            RULE.failed(f"{event.path}.externalCreatedAt", "The time of this event can't be read.")
            for event in (drop_off, recycled)
            if event is not None and event.moment is None
        ]
        return problems + unreadable
    hours = whole_hours(drop_off.moment, recycled.moment)
    if MIN_HOURS <= hours <= MAX_HOURS:
        return [RULE.passed(f"{hours} hours from the first Drop-off to Recycled.")]
    return [
        RULE.failed(
            f"{recycled.path}.externalCreatedAt",
            f"From the first Drop-off to Recycled it is {hours} hours; {MIN_HOURS} to {MAX_HOURS} are accepted "
            "(60 to 180 days).",
        )
    ]
