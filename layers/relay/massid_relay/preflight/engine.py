"""Runs all rules over one MassID."""

from collections.abc import Mapping
from datetime import datetime

from massid_relay.core.jsons import JsonObject
from massid_relay.core.open_text import suspicions
from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Outcome, PreflightReport, Rule
from massid_relay.preflight.profile import AccreditationProfile
from massid_relay.preflight.reader import read_subject
from massid_relay.preflight.registry import rules_of
from massid_relay.preflight.rules import document_shape
from massid_relay.preflight.vocabulary import Methodology

_RULES = {methodology: rules_of(methodology) for methodology in Methodology}


def run_preflight(
    source: JsonObject,
    *,
    methodology: Methodology | str,
    now: datetime,
    profile: AccreditationProfile | None = None,
    review_required_enabled: bool = False,
    manifest_texts: Mapping[str, str | None] | None = None,
) -> PreflightReport:
    """What the auditor will say of `source`, a submission message or a document as the platform returns it.

    `now` (aware) is the day of the audit. `review_required_enabled` is the auditor's ENABLE_REVIEW_REQUIRED (false there too).
    `manifest_texts` maps the file name of an attached manifest to its text (`pdf_text`), None where it has none.
    Raises InvalidMessage if `source` is neither of the two, ValueError for an unknown methodology. Any other defect is a finding.
    A submission is judged by what it holds: sent in parts, the parts still to come are missing.
    """
    chosen = Methodology(methodology)
    subject = read_subject(source)
    context = Context(chosen, now, profile, review_required_enabled, manifest_texts or {})
    findings = document_shape.check(subject, context)
    readable = all(finding.outcome is Outcome.PASSED for finding in findings)
    for slug, check in _RULES[chosen].items():
        found = check(subject, context)
        findings += found if readable else _unreadable(Rule(slug), found)
    return PreflightReport(str(chosen), tuple(findings), subject.external_id, tuple(suspicions(subject.raw)))


def _unreadable(rule: Rule, findings: list[Finding]) -> list[Finding]:
    """The loader refuses the document, so the rule fails. What the rule itself would fail for still helps to mend it."""
    failed = [finding for finding in findings if finding.outcome is Outcome.FAILED]
    if failed:
        return failed
    sentence = "The auditor can't read the MassID (see document-shape), so this rule fails too."
    return [Finding(rule.slug, Outcome.FAILED, sentence, follows_from=document_shape.RULE.slug)]
