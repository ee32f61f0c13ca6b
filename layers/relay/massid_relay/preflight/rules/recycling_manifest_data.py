"""recycling-manifest-data: the CDF, or the reason why there is none.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/document-manifest-data/src/
document-manifest-data.{processor,helpers}.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.rules.manifest_data import ManifestKind, check_manifests
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import RECYCLING_MANIFEST

RULE = Rule("recycling-manifest-data")
KIND = ManifestKind(RULE, RECYCLING_MANIFEST, "CDF")


def check(subject: Subject, context: Context) -> list[Finding]:
    """Every Recycling Manifest event, which must stand at the Recycler's own address."""
    return check_manifests(KIND, subject, context)
