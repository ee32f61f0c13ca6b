"""weighing: one Weighing, or two that agree.

Only the first Weighing in array order is judged; a second one must agree with it. Net weights are compared in IEEE doubles, as
the auditor does.
Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/weighing/src/
weighing.{processor,helpers,constants,validators,rule-subject}.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Outcome, Rule
from massid_relay.preflight.jsvalues import is_filled, is_positive, js_text
from massid_relay.preflight.plates import PLATE_ADVICE, is_valid_plate
from massid_relay.preflight.profile import Accreditation
from massid_relay.preflight.rules.weighing_pair import agreement
from massid_relay.preflight.rules.weighing_weights import Weights
from massid_relay.preflight.subject import Event, Subject
from massid_relay.preflight.vocabulary import (
    CAPTURE_METHODS,
    SCALE_TYPES,
    TRUCK,
    WEIGHBRIDGES,
    WEIGHING,
    WEIGHING_TICKET,
    listed,
)

RULE = Rule("weighing")

_SCALE = "Scale Type"
_CONTAINER = "Container Type"
_CAPTURE = "Weighing Capture Method"


def check(subject: Subject, context: Context) -> list[Finding]:
    """All problems of the first Weighing, and of its agreement with a second one."""
    weighings = subject.named(WEIGHING)
    if not weighings:
        return [RULE.failed(subject.events_path, "There is no Weighing event.")]
    if len(weighings) > 2:
        return [
            RULE.failed(
                weighings[2].path, "More than two Weighing events. One, or two for full and empty truck, are accepted."
            )
        ]
    accreditation = context.recycler_accreditation(subject)
    first, two_step = weighings[0], len(weighings) == 2
    findings = [
        *(agreement(RULE, *weighings) if two_step else []),
        *_event(first, two_step=two_step),
        *Weights(RULE, first, accreditation, context).problems(),
        *_scale(first, accreditation, context, two_step=two_step),
    ]
    if accreditation and not any(finding.outcome is Outcome.FAILED for finding in findings):
        findings += _ticket(first, accreditation)
    return RULE.verdict(findings, "The weighing is complete and its figures agree.")


def _event(event: Event, *, two_step: bool) -> list[Finding]:
    problems: list[Finding] = []
    if not is_positive(event.value):
        problems.append(
            RULE.failed(
                f"{event.path}.value", "The Weighing's value is the net weight in kg: a number above 0, without quotes."
            )
        )
    if not is_filled(event.value_of("Description")):
        problems.append(RULE.failed(event.path_of("Description"), "The Weighing needs a `Description`."))
    if js_text(event.value_of(_CAPTURE)) not in CAPTURE_METHODS:
        problems.append(
            RULE.failed(event.path_of(_CAPTURE), f"`{_CAPTURE}` must be one of: {listed(CAPTURE_METHODS)}.")
        )
    problems += _container(event, two_step=two_step)
    if not is_valid_plate(event.value_of("Vehicle License Plate")):
        problems.append(
            RULE.failed(
                event.path_of("Vehicle License Plate"),
                f"Every Weighing needs a valid `Vehicle License Plate`, whatever was weighed. {PLATE_ADVICE}",
            )
        )
    return problems


def _container(event: Event, *, two_step: bool) -> list[Finding]:
    container = js_text(event.value_of(_CONTAINER))
    if not container:
        return [RULE.failed(event.path_of(_CONTAINER), "The Weighing needs a `Container Type`.")]
    if two_step and container != TRUCK:
        return [
            RULE.failed(event.path_of(_CONTAINER), "Two Weighing events are only accepted for the container `Truck`.")
        ]
    return []


def _scale(event: Event, accreditation: Accreditation | None, context: Context, *, two_step: bool) -> list[Finding]:
    scale = event.value_of(_SCALE)
    known = isinstance(scale, str) and scale in SCALE_TYPES
    problems: list[Finding] = []
    if not known:
        problems.append(RULE.failed(event.path_of(_SCALE), f"`{_SCALE}` must be one of: {listed(SCALE_TYPES)}."))
    elif two_step and scale not in WEIGHBRIDGES:
        problems.append(
            RULE.failed(event.path_of(_SCALE), f"Two Weighing events are only accepted from a {listed(WEIGHBRIDGES)}.")
        )
    if accreditation is None:
        return [*problems, _no_accreditation(context)]
    accredited = accreditation.scale_type
    if not is_filled(accredited):
        problems.append(RULE.failed(None, "The recycler's accreditation states no scale type."))
    elif known and scale != accredited and not {scale, accredited} <= WEIGHBRIDGES:
        problems.append(
            RULE.failed(event.path_of(_SCALE), "The `Scale Type` isn't the one of the recycler's accreditation.")
        )
    return problems


def _no_accreditation(context: Context) -> Finding:
    if context.no_recycler_is_accredited:
        return RULE.failed(None, "The recycler has no accreditation, and the weighing can't be judged without it.")
    return RULE.undecided(
        None,
        "The scale type must be the one of the recycler's accreditation.",
        "the recycler's accreditation (scale type)",
    )


def _ticket(event: Event, accreditation: Accreditation) -> list[Finding]:
    demanded = any(
        one.verification_type == "Scale Ticket" and one.layout_ids
        for one in accreditation.required_additional_verifications
    )
    if not demanded:
        return []
    attachment = event.attachment(WEIGHING_TICKET)
    if attachment is None:
        return [
            RULE.failed(
                f"{event.path}.attachments",
                f"The recycler's accreditation demands the scale ticket: attach it to the first Weighing with the label "
                f"`{WEIGHING_TICKET}`.",
            )
        ]
    return [
        RULE.undecided(
            attachment.path,
            "The net weight printed on the scale ticket must be within 0.1 kg of the Weighing's value.",
            "the text of the attached scale ticket",
        )
    ]
