"""What preflight says: one or more findings per rule, and the report that holds them all."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from massid_relay.core.jsons import JsonObject
from massid_relay.core.open_text import Suspicion


class Outcome(StrEnum):
    """The auditor's three results, and the honest fourth."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    REVIEW_REQUIRED = "REVIEW_REQUIRED"
    NOT_DECIDABLE = "NOT_DECIDABLE"


_GRAVEST_FIRST = (Outcome.FAILED, Outcome.NOT_DECIDABLE, Outcome.REVIEW_REQUIRED, Outcome.PASSED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one rule.

    `rule` is the auditor's slug, `path` the dotted path of the field to mend in the file that was read, `sentence` is for the
    person at the plant, `needs` names what a verdict would take (only where the outcome is NOT_DECIDABLE). Values of
    fields are never quoted (invariant 7); differences of weights, distances and hours are.
    """

    rule: str
    outcome: Outcome
    sentence: str
    path: str | None = None
    needs: str | None = None
    follows_from: str | None = None
    """The rule that this failure merely follows from: a document that can't be read fails every rule."""

    def to_json(self) -> JsonObject:
        """The finding as a JSON object without empty members."""
        members = {
            "rule": self.rule,
            "outcome": str(self.outcome),
            "path": self.path,
            "sentence": self.sentence,
            "needs": self.needs,
            "followsFrom": self.follows_from,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's slug, and how its module words its findings."""

    slug: str

    def failed(self, path: str | None, sentence: str) -> Finding:
        """This alone makes the auditor fail the MassID."""
        return Finding(self.slug, Outcome.FAILED, sentence, path)

    def review(self, path: str | None, sentence: str) -> Finding:
        """A person at the auditor's has to look. Carrot reports it upstream as FAILED for now."""
        return Finding(self.slug, Outcome.REVIEW_REQUIRED, sentence, path)

    def undecided(self, path: str | None, sentence: str, needs: str) -> Finding:
        """Nothing here decides it; `needs` would."""
        return Finding(self.slug, Outcome.NOT_DECIDABLE, sentence, path, needs)

    def passed(self, sentence: str) -> Finding:
        """Nothing to mend."""
        return Finding(self.slug, Outcome.PASSED, sentence)

    def verdict(self, problems: list[Finding], otherwise: str) -> list[Finding]:
        """The problems, or `otherwise` as the one passed finding."""
        return problems or [self.passed(otherwise)]


@dataclass(frozen=True, slots=True)
class PreflightReport:
    """All findings of one MassID under one methodology."""

    methodology: str
    findings: tuple[Finding, ...]
    external_id: str | None = None
    open_text: tuple[Suspicion, ...] = ()
    """Fields that seem to hold personal data. No rule of the auditor's, so no verdict follows from them."""

    @property
    def verdicts(self) -> dict[str, Outcome]:
        """Each rule's verdict: the gravest of its findings, in the auditor's order of rules."""
        outcomes: dict[str, set[Outcome]] = {}
        for finding in self.findings:
            outcomes.setdefault(finding.rule, set()).add(finding.outcome)
        return {rule: gravest(found) for rule, found in outcomes.items()}

    @property
    def failed(self) -> tuple[Finding, ...]:
        """Every finding that fails a rule."""
        return self.of(Outcome.FAILED)

    @property
    def to_mend(self) -> tuple[Finding, ...]:
        """The failures that stand for themselves; mending these also mends what follows from them."""
        return tuple(finding for finding in self.failed if finding.follows_from is None)

    def of(self, *outcomes: Outcome) -> tuple[Finding, ...]:
        """The findings with one of these outcomes."""
        return tuple(finding for finding in self.findings if finding.outcome in outcomes)

    @property
    def passes(self) -> bool:
        """Nothing known here makes the auditor refuse it. REVIEW_REQUIRED counts as refused, NOT_DECIDABLE doesn't."""
        return not self.of(Outcome.FAILED, Outcome.REVIEW_REQUIRED)

    def to_json(self) -> JsonObject:
        """The report as a JSON object: `passes`, each rule's verdict, all findings, suspicious open text."""
        head: JsonObject = {"externalId": self.external_id} if self.external_id else {}
        return {
            **head,
            "methodology": self.methodology,
            "passes": self.passes,
            "verdicts": {rule: str(outcome) for rule, outcome in self.verdicts.items()},
            "findings": [finding.to_json() for finding in self.findings],
            "openText": [{"path": item.path, "seemsToHold": str(item.kind)} for item in self.open_text],
        }


def gravest(outcomes: Iterable[Outcome]) -> Outcome:
    """The one that decides: FAILED, then NOT_DECIDABLE (it may still fail), then REVIEW_REQUIRED; PASSED if there is none."""
    found = set(outcomes)
    return next((grave for grave in _GRAVEST_FIRST if grave in found), Outcome.PASSED)
