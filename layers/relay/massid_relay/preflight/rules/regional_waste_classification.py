"""regional-waste-classification: the Ibama code, its description, and the subtype agree.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/regional-waste-classification/src/
regional-waste-classification.processor.ts, libs/shared/methodologies/bold/utils/src/waste-classification.constants.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.jsvalues import is_filled, is_nil
from massid_relay.preflight.similarity import DESCRIPTION_THRESHOLD, description_similarity
from massid_relay.preflight.subject import Event, Subject
from massid_relay.preflight.vocabulary import CDM_CODE_OF_SUBTYPE, PICK_UP, Role
from massid_relay.preflight.waste_codes import WasteCode, find_waste_code

RULE = Rule("regional-waste-classification")

CODE = "Local Waste Classification ID"
DESCRIPTION = "Local Waste Classification Description"


def check(subject: Subject, context: Context) -> list[Finding]:
    """Without a subtype the auditor calls the rule not applicable, which is a pass; `mass-id-qualifications` fails then."""
    if is_nil(subject.subtype):
        return [RULE.passed("The document has no subtype, so the auditor doesn't apply this rule.")]
    problems = _country(subject)
    pick_up = subject.first(PICK_UP)
    if pick_up is None:
        return [*problems, RULE.failed(subject.events_path, "There is no Pick-up event to carry the waste code.")]
    problems += [*_classification(subject, pick_up)]
    if any(finding.outcome == "FAILED" for finding in problems):
        problems = [finding for finding in problems if finding.outcome == "FAILED"]
    return RULE.verdict(problems, "Waste code, description and subtype agree.")


def _country(subject: Subject) -> list[Finding]:
    recycler = subject.actor(Role.RECYCLER)
    if recycler is None:
        return [RULE.failed(subject.events_path, "There is no ACTOR event labelled `Recycler` whose country counts.")]
    if not recycler.place.known:
        return [
            RULE.undecided(
                f"{recycler.path}.addressId",
                "The waste code is only accepted if the recycler's address is in Brazil.",
                "the recycler's address, of which only the id is given",
            )
        ]
    if recycler.place.text("countryCode") != "BR":
        return [
            RULE.failed(
                f"{recycler.place.path}.countryCode",
                "The recycler's country must be `BR`: only the Brazilian list of wastes is accepted.",
            )
        ]
    return []


def _classification(subject: Subject, pick_up: Event) -> list[Finding]:
    problems = [
        RULE.failed(pick_up.path_of(name), f"The Pick-up needs `{name}` as a text (in quotes).")
        for name in (CODE, DESCRIPTION)
        if not is_filled(pick_up.value_of(name))
    ]
    if not is_filled(pick_up.value_of(CODE)):
        return problems
    entry = find_waste_code(pick_up.value_of(CODE))
    if entry is None:
        return [
            *problems,
            RULE.failed(
                pick_up.path_of(CODE),
                "The waste code isn't in Ibama's list. Write the six digits as in the list, e.g. `20 03 02`: "
                "no dots, hyphens or asterisk.",
            ),
        ]
    return [*problems, *_subtype(subject, entry), *_description(pick_up, entry)]


def _subtype(subject: Subject, entry: WasteCode) -> list[Finding]:
    wanted = CDM_CODE_OF_SUBTYPE.get(subject.subtype) if isinstance(subject.subtype, str) else None
    if wanted is None:
        return [
            RULE.failed(
                subject.path("subtype"),
                "This subtype is mapped to no class of waste codes, so no code can agree with it and the MassID can't pass.",
            )
        ]
    if entry.cdm_code == wanted:
        return []
    advice = f"goes with the subtype `{entry.subtype}`" if entry.subtype else "goes with no subtype of a MassID"
    return [
        RULE.failed(subject.path("subtype"), f"The waste code {entry.code} {advice}. Correct the code or the subtype.")
    ]


def _description(pick_up: Event, entry: WasteCode) -> list[Finding]:
    given = pick_up.value_of(DESCRIPTION)
    if not is_filled(given) or description_similarity(given, entry.description) >= DESCRIPTION_THRESHOLD:
        return []
    return [
        RULE.failed(
            pick_up.path_of(DESCRIPTION),
            f"The description isn't the one of Ibama's list. For code {entry.code} write: {entry.description}",
        )
    ]
