"""no-conflicting-recycled-id-or-credit (BOLD Recycling), no-conflicting-gas-id-or-credit (BOLD Carbon).

A MassID that no other document refers to passes. With links to the auditor's documents the verdict depends on those.
Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/no-conflicting-certificate-or-credit/src/
no-conflicting-certificate-or-credit.processor.ts, libs/shared/methodologies/bold/matchers/src/document.matchers.ts.
"""

from massid_relay.core.jsons import JsonObject
from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import Methodology

_RULES = {
    Methodology.BOLD_RECYCLING: Rule("no-conflicting-recycled-id-or-credit"),
    Methodology.BOLD_CARBON: Rule("no-conflicting-gas-id-or-credit"),
}
_CERTIFICATES = {Methodology.BOLD_RECYCLING: "RecycledID", Methodology.BOLD_CARBON: "GasID"}


def check(subject: Subject, context: Context) -> list[Finding]:
    """Decided only where no event links to a document of the auditor's. What has an external id of yours is none of theirs."""
    rule = _RULES[context.methodology]
    linked = [event for event in subject.events if event.related is not None and _may_be_an_audit(event.related)]
    if not linked:
        return [rule.passed("No earlier audit, certificate or credit order is linked.")]
    return [
        rule.undecided(
            f"{event.path}.relatedDocument",
            "This event links to a document that may be an earlier audit or certificate of the same load.",
            f"the linked audits, {_CERTIFICATES[context.methodology]} certificates and credit orders with their status",
        )
        for event in linked
    ]


def _may_be_an_audit(related: JsonObject) -> bool:
    return related.get("category", "Methodology") == "Methodology" and "documentExternalId" not in related
