"""participant-accreditations-and-verifications-requirements: who takes part is accredited, today.

Every event labelled Integrator, Processor or Recycler counts, whatever its name. A participant with several of these labels is
only checked for the one seen last.
Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/
participant-accreditations-and-verifications-requirements/src/participant-accreditations-and-verifications-requirements.processor.ts,
libs/shared/methodologies/bold/helpers/src/accreditation-document.helpers.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.subject import Event, Subject
from massid_relay.preflight.vocabulary import Role

RULE = Rule("participant-accreditations-and-verifications-requirements")

_ROLES = {str(role): role for role in (Role.INTEGRATOR, Role.PROCESSOR, Role.RECYCLER)}


def check(subject: Subject, context: Context) -> list[Finding]:
    """Each of these participants needs exactly one valid accreditation for its role."""
    if not subject.events:
        return [RULE.failed(subject.events_path, "The MassID has no events.")]
    if context.profile is None:
        return [
            RULE.undecided(
                None,
                "Processor, Recycler and Integrator each need one approved accreditation that is valid today.",
                "an accreditation profile",
            )
        ]
    if not context.profile.accreditations and context.profile_is_complete:
        return [RULE.failed(None, "No participant has an accreditation.")]
    problems = [
        finding for role, event in _last_roles(subject).values() for finding in _participant(context, role, event)
    ]
    return RULE.verdict(problems, "Everybody who needs an accreditation has one that is valid today.")


def _last_roles(subject: Subject) -> dict[str, tuple[Role, Event]]:
    """Per participant the label seen last, as the auditor keeps it."""
    roles: dict[str, tuple[Role, Event]] = {}
    for event in subject.events:
        if event.label in _ROLES:
            who = event.party.identity
            roles[who.id or who.key or event.path] = (_ROLES[event.label], event)
    return roles


def _participant(context: Context, role: Role, event: Event) -> list[Finding]:
    listed = context.accreditations(role, event)
    valid = [one for one in listed if one.valid_on(context.now)]
    where = event.party.path
    if len(valid) == 1:
        return []
    if valid:
        return [
            RULE.failed(
                where, f"This participant has more than one valid accreditation as {role}; the auditor wants one."
            )
        ]
    if listed:
        return [RULE.failed(where, f"This participant's accreditation as {role} isn't approved, or isn't valid today.")]
    if context.surely_unlisted(role, event):
        return [
            RULE.failed(
                where, f"This participant is labelled {role} (`{event.name}` event) but has no such accreditation."
            )
        ]
    return [
        RULE.undecided(
            where, f"The profile says nothing of this participant as {role}.", f"its accreditation as {role}"
        )
    ]
