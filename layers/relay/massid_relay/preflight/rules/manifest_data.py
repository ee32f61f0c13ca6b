"""What transport-manifest-data and recycling-manifest-data have in common: one processor at the auditor's.

Decided here is the static part. Where a manifest is attached, the auditor then reads the file; `manifest_text` compares
what can be read of it.
Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/document-manifest-data/src/
document-manifest-data.{processor,helpers}.ts.
"""

from dataclasses import dataclass

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Outcome, Rule
from massid_relay.preflight.jsvalues import is_filled, js_text
from massid_relay.preflight.manifest_text import compare_manifest
from massid_relay.preflight.subject import Event, Subject
from massid_relay.preflight.vocabulary import DATE_FORMAT, RECYCLING_MANIFEST, Role

_TYPE = "Document Type"
_NUMBER = "Document Number"
_ISSUED = "Issue Date"
EXEMPTION = "Exemption Justification"


@dataclass(frozen=True, slots=True)
class ManifestKind:
    """One of the two manifests: its event (and attachment label), and its Brazilian document type."""

    rule: Rule
    event_name: str
    brazilian_type: str


def check_manifests(kind: ManifestKind, subject: Subject, context: Context) -> list[Finding]:
    """Every such event must pass; one finding per problem."""
    events, recycler = subject.named(kind.event_name), subject.actor(Role.RECYCLER)
    problems: list[Finding] = []
    if not events:
        problems.append(kind.rule.failed(subject.events_path, f"There is no {kind.event_name} event."))
    if recycler is None:
        problems.append(kind.rule.failed(subject.events_path, "There is no ACTOR event labelled `Recycler`."))
    if recycler is None or not events:
        return problems
    findings = [finding for event in events for finding in _manifest(kind, subject, event, recycler, context)]
    failed = [finding for finding in findings if finding.outcome is Outcome.FAILED]
    return kind.rule.verdict(failed or findings, "Exempted with a justification.")


def _manifest(kind: ManifestKind, subject: Subject, event: Event, recycler: Event, context: Context) -> list[Finding]:
    place = _place(kind, event, recycler) if kind.event_name == RECYCLING_MANIFEST else []
    if any(finding.outcome is Outcome.FAILED for finding in place):
        return place
    attachment, exempted = event.attachment(kind.event_name), is_filled(js_text(event.value_of(EXEMPTION)))
    if attachment is None:
        return [*place, *_without_attachment(kind, event, exempted=exempted)]
    if exempted:
        return [
            *place,
            kind.rule.failed(
                event.path_of(EXEMPTION),
                f"The {kind.event_name} has both a file and an `{EXEMPTION}`. Remove the justification.",
            ),
        ]
    failed = [*_attributes(kind, event, recycler), *_issue_date(kind, event)]
    if failed:
        return [*place, *failed]
    if attachment.file_name and attachment.file_name in context.manifest_texts:
        text = context.manifest_texts[attachment.file_name]
        return [*place, *compare_manifest(kind.rule, subject, event, text, attachment.path)]
    return [
        *place,
        kind.rule.undecided(
            attachment.path,
            f"The event is complete. The auditor also reads the attached {kind.brazilian_type} and compares it with the events.",
            "the text of the attached file",
        ),
    ]


def _place(kind: ManifestKind, event: Event, recycler: Event) -> list[Finding]:
    same = event.same_place_as(recycler)
    if same is None:
        return [
            kind.rule.undecided(
                event.place.path,
                f"The {kind.event_name}'s address must be the very address (same id) of the Recycler's ACTOR event.",
                "both addresses by id, or both written out for the same participant",
            )
        ]
    if same:
        return []
    return [
        kind.rule.failed(
            event.place.path,
            f"The {kind.event_name}'s address must be the same as in the Recycler's ACTOR event: same id, or the same text for "
            "the same participant.",
        )
    ]


def _without_attachment(kind: ManifestKind, event: Event, *, exempted: bool) -> list[Finding]:
    if event.attachments:
        return [
            kind.rule.failed(
                f"{event.attachments[0].path}.label",
                f"The file's label must be exactly `{kind.event_name}`.",
            )
        ]
    if exempted:
        return []
    return [
        kind.rule.failed(
            f"{event.path}.attachments",
            f"The {kind.event_name} needs its file with the label `{kind.event_name}`, or an `{EXEMPTION}`.",
        )
    ]


def _attributes(kind: ManifestKind, event: Event, recycler: Event) -> list[Finding]:
    problems: list[Finding] = []
    document_type = js_text(event.value_of(_TYPE))
    if not is_filled(document_type):
        problems.append(
            kind.rule.failed(event.path_of(_TYPE), f"`{_TYPE}` is missing; in Brazil it is `{kind.brazilian_type}`.")
        )
    elif document_type != kind.brazilian_type:
        problems.extend(_wrong_type(kind, event, recycler))
    if not is_filled(js_text(event.value_of(_NUMBER))):
        problems.append(
            kind.rule.failed(event.path_of(_NUMBER), f"`{_NUMBER}` is missing: the number printed on the manifest.")
        )
    return problems


def _wrong_type(kind: ManifestKind, event: Event, recycler: Event) -> list[Finding]:
    if not recycler.place.known:
        return [
            kind.rule.undecided(
                event.path_of(_TYPE),
                f"For a recycler in Brazil the `{_TYPE}` must be `{kind.brazilian_type}`.",
                "the country of the recycler's address, of which only the id is given",
            )
        ]
    if recycler.place.text("countryCode") == "BR":
        return [
            kind.rule.failed(event.path_of(_TYPE), f"In Brazil the `{_TYPE}` must be exactly `{kind.brazilian_type}`.")
        ]
    return []


def _issue_date(kind: ManifestKind, event: Event) -> list[Finding]:
    issued = event.attribute(_ISSUED)
    if issued is None:
        return [
            kind.rule.failed(
                event.path_of(_ISSUED), f"`{_ISSUED}` is missing: the day printed on the manifest, e.g. 2026-03-09."
            )
        ]
    if issued.format != DATE_FORMAT:
        return [kind.rule.failed(event.format_path_of(_ISSUED), f"`{_ISSUED}` must carry the format `{DATE_FORMAT}`.")]
    return []
