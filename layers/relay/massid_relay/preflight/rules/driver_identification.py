"""driver-identification: a driver's identifier or the reason why there is none.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/driver-identification/src/
driver-identification.processor.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.jsvalues import is_filled, is_nil
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import PICK_UP, SLUDGE_PIPES

RULE = Rule("driver-identification")

_DRIVER = "Driver Identifier"
_EXEMPTION = "Driver Identifier Exemption Justification"


def check(subject: Subject, context: Context) -> list[Finding]:
    """Exactly one of the two, except for `Sludge Pipes`. Any identifier but null counts, even an empty text."""
    pick_up = subject.first(PICK_UP)
    if pick_up is None:
        return [RULE.failed(subject.events_path, "There is no Pick-up event.")]
    if pick_up.value_of("Vehicle Type") == SLUDGE_PIPES:
        return [RULE.passed("Sludge pipes need no driver.")]
    driver, exemption = not is_nil(pick_up.value_of(_DRIVER)), is_filled(pick_up.value_of(_EXEMPTION))
    if driver and exemption:
        return [
            RULE.failed(
                pick_up.path_of(_EXEMPTION), f"Give either `{_DRIVER}` or `{_EXEMPTION}`, not both. Remove one."
            )
        ]
    if not driver and not exemption:
        return [
            RULE.failed(
                pick_up.path_of(_DRIVER), f"The Pick-up needs a `{_DRIVER}`, or an `{_EXEMPTION}` in its place."
            )
        ]
    return [RULE.passed("The driver is identified or exempted.")]
