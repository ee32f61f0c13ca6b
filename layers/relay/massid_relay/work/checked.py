"""The auditor's rules before anything is sent: after CLOSE a MassID can be neither mended nor repeated.

A submission is checked when it names its methodology and holds CLOSE: what is still growing isn't whole yet. The policy is the
submission's own, else the stack's. The stack may name an accreditation profile; without one, some rules can't be decided.
"""

from typing import TYPE_CHECKING

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import FieldProblem, PermanentFailure
from massid_relay.core.messages import Submission
from massid_relay.log import logger

if TYPE_CHECKING:
    from massid_relay.preflight import Finding

REFUSE = "refuse"
OFF = "off"


class RefusedByPreflight(PermanentFailure):
    """The auditor would fail this MassID; every finding is one of `fields`. Nothing was sent."""


def check(relay: Relay, submission: Submission) -> None:
    """Raises RefusedByPreflight with all findings at once, or only tells of them, as the policy says."""
    policy = submission.preflight or relay.settings.preflight_policy
    closes = any(event.name == "CLOSE" for event in submission.events)
    if policy == OFF or submission.methodology is None or not closes:
        return
    from massid_relay.preflight import Methodology, run_preflight  # many rules, and not every stack asks for them

    report = run_preflight(
        submission.to_payload(),
        methodology=Methodology(submission.methodology),
        now=relay.now(),
        profile=relay.accreditation_profile,
    )
    findings = report.to_mend
    if not findings:
        return
    if policy == REFUSE:
        raise RefusedByPreflight("the auditor would fail this MassID", fields=[_problem(item) for item in findings])
    rules = sorted({finding.rule for finding in findings})
    logger.warning("preflight finds what the auditor would fail", extra=_about(submission, rules))


def _problem(finding: "Finding") -> FieldProblem:
    return FieldProblem(finding.path or finding.rule, f"{finding.rule}: {finding.sentence}")


def _about(submission: Submission, rules: list[str]) -> dict[str, object]:
    return {"externalId": submission.external_id, "rules": rules}
