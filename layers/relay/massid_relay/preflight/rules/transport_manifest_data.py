"""transport-manifest-data: the MTR, or the reason why there is none.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/document-manifest-data/src/
document-manifest-data.{processor,helpers}.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.rules.manifest_data import ManifestKind, check_manifests
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import TRANSPORT_MANIFEST

RULE = Rule("transport-manifest-data")
KIND = ManifestKind(RULE, TRANSPORT_MANIFEST, "MTR")


def check(subject: Subject, context: Context) -> list[Finding]:
    """Every Transport Manifest event, from any place."""
    return check_manifests(KIND, subject, context)
