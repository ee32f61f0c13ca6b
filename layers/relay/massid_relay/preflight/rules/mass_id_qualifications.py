"""mass-id-qualifications: category, type, subtype, unit and value of the document.

Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/mass-id-qualifications/src/
mass-id-qualifications.processor.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.jsvalues import is_positive
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.vocabulary import (
    CDM_CODE_OF_SUBTYPE,
    KILOGRAMS,
    MASS_ID_CATEGORY,
    ORGANIC_TYPE,
    listed,
)

RULE = Rule("mass-id-qualifications")


def check(subject: Subject, context: Context) -> list[Finding]:
    """Every fixed value is compared exactly; the weight must be greater than zero."""
    fixed = (
        ("category", subject.category, MASS_ID_CATEGORY),
        ("type", subject.type, ORGANIC_TYPE),
        ("measurementUnit", subject.measurement_unit, KILOGRAMS),
    )
    problems = [
        RULE.failed(subject.path(name), f"The document's {name} must be exactly `{wanted}`.")
        for name, value, wanted in fixed
        if value != wanted
    ]
    if not isinstance(subject.subtype, str) or subject.subtype not in CDM_CODE_OF_SUBTYPE:
        accepted = listed(frozenset(CDM_CODE_OF_SUBTYPE))
        problems.append(RULE.failed(subject.path("subtype"), f"The document's subtype must be one of: {accepted}."))
    if not is_positive(subject.current_value):
        problems.append(
            RULE.failed(
                subject.current_value_path,
                "The MassID's value must be greater than 0 kg. It is the value of the last event that carries one.",
            )
        )
    return RULE.verdict(problems, "Category, type, subtype, unit and value are as the methodology wants them.")
