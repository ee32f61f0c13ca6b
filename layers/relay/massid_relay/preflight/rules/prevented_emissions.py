"""prevented-emissions (BOLD Carbon only): can the prevented emissions be computed, and what are they?

Computed in decimals: value x factor - value x exceeding coefficient, at least 0, in kg CO2e.
Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/prevented-emissions/src/
prevented-emissions.{processor,helpers,constants,others-organic.helpers}.ts.
"""

from dataclasses import dataclass
from decimal import Decimal

from massid_relay.preflight.context import Context
from massid_relay.preflight.emission_factors import AUTHOR_CARBON_FRACTIONS, STATIC_FACTORS, factor_of_carbon_fraction
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.jsvalues import is_filled, is_number
from massid_relay.preflight.profile import CarbonCharacterization, EmissionsMetrics
from massid_relay.preflight.rules.regional_waste_classification import CODE
from massid_relay.preflight.subject import Subject
from massid_relay.preflight.times import years_later
from massid_relay.preflight.vocabulary import CDM_CODE_OF_SUBTYPE, OTHERS_IF_ORGANIC, PICK_UP, Baseline, Role
from massid_relay.preflight.waste_codes import find_waste_code

RULE = Rule("prevented-emissions")

_OTHERS_CLASS = "8.7D"
_REPORT_YEARS = 2


@dataclass(frozen=True, slots=True)
class _Figures:
    baseline: Baseline
    exceeding: Decimal


def check(subject: Subject, context: Context) -> list[Finding]:
    """Subtype and waste code first (decided from the MassID alone), then the recycler's figures, then the carbon fraction."""
    problems = _subtype(subject)
    if problems:
        return problems
    accreditation = context.recycler_accreditation(subject)
    if accreditation is None:
        return [_no_accreditation(context)]
    metrics = accreditation.metrics_for(subject.created.year) if subject.created else None
    figures = _figures(metrics, str(subject.subtype))
    if isinstance(figures, list):
        return figures
    factor = _factor(subject, context, figures.baseline)
    if isinstance(factor, Finding):
        return [factor]
    return [_computed(subject, factor, figures.exceeding)]


def _subtype(subject: Subject) -> list[Finding]:
    if not isinstance(subject.subtype, str) or subject.subtype not in CDM_CODE_OF_SUBTYPE:
        return [RULE.failed(subject.path("subtype"), "No emission factor exists for this subtype.")]
    if subject.subtype != OTHERS_IF_ORGANIC:
        return []
    pick_up = subject.first(PICK_UP)
    entry = find_waste_code(pick_up.value_of(CODE)) if pick_up else None
    if entry is not None and entry.cdm_code == _OTHERS_CLASS:
        return []
    return [
        RULE.failed(
            pick_up.path_of(CODE) if pick_up else subject.events_path,
            f"With the subtype `{OTHERS_IF_ORGANIC}` the Pick-up's waste code must be one of class {_OTHERS_CLASS}.",
        )
    ]


def _no_accreditation(context: Context) -> Finding:
    if context.no_recycler_is_accredited:
        return RULE.failed(None, "The recycler has no accreditation, and its emission figures are needed.")
    return RULE.undecided(
        None,
        "The prevented emissions are computed from the recycler's baselines and exceeding emission coefficient.",
        "the recycler's accreditation (emissions metrics)",
    )


def _figures(metrics: EmissionsMetrics | None, subtype: str) -> _Figures | list[Finding]:
    if metrics is None:
        return [
            RULE.failed(None, "The recycler's accreditation has no emissions metrics for the year before the MassID's.")
        ]
    problems = []
    baseline, exceeding = (metrics.baselines or {}).get(subtype), metrics.exceeding_emission_coefficient
    if not is_filled(metrics.greenhouse_gas_type):
        problems.append(RULE.failed(None, "The recycler's emissions metrics name no greenhouse gas type."))
    if baseline is None:
        problems.append(RULE.failed(None, "The recycler's emissions metrics have no baseline for this subtype."))
    if exceeding is None or exceeding < 0:
        problems.append(
            RULE.failed(None, "The recycler's emissions metrics have no exceeding emission coefficient of at least 0.")
        )
    if problems or baseline is None or exceeding is None:
        return problems
    return _Figures(baseline, exceeding)


def _factor(subject: Subject, context: Context, baseline: Baseline) -> Decimal | Finding:
    """kg CO2e per kg of waste."""
    if subject.subtype != OTHERS_IF_ORGANIC:
        return STATIC_FACTORS[str(subject.subtype)][baseline]
    pick_up = subject.first(PICK_UP)
    entry = find_waste_code(pick_up.value_of(CODE)) if pick_up else None
    if pick_up is None or entry is None:
        return RULE.failed(subject.events_path, "There is no Pick-up with a waste code.")
    fraction = AUTHOR_CARBON_FRACTIONS.get(entry.code)
    if fraction is None:
        report = _newest_report(subject, context, entry.code)
        day = pick_up.moment.date() if pick_up.moment else None
        if report is None or day is None:
            return _without_report(subject, context)
        if day > years_later(report.carbon_analysis_date.date(), _REPORT_YEARS):
            return _unresolved(
                context, "The laboratory's carbon analysis is more than two years older than the Pick-up."
            )
        fraction = Decimal(report.carbon_fraction)
    return factor_of_carbon_fraction(baseline, fraction)


def _newest_report(subject: Subject, context: Context, code: str) -> CarbonCharacterization | None:
    generator = subject.actor(Role.WASTE_GENERATOR)
    own = context.accreditations(Role.WASTE_GENERATOR, generator) if generator else []
    listed = own or context.of_role(Role.WASTE_GENERATOR)
    reports = [
        report
        for report in (listed[-1].carbon_characterizations if listed else [])
        if (entry := find_waste_code(report.local_waste_classification_id)) and entry.code == code
    ]
    return max(reports, key=lambda report: report.carbon_analysis_date, default=None)


def _without_report(subject: Subject, context: Context) -> Finding:
    generator = subject.actor(Role.WASTE_GENERATOR)
    if context.profile_is_complete or (generator and context.accreditations(Role.WASTE_GENERATOR, generator)):
        return _unresolved(
            context, "For this waste code the generator needs a laboratory's carbon analysis, and there is none."
        )
    return RULE.undecided(
        None,
        "For this waste code the generator needs a laboratory's carbon analysis.",
        "the Waste Generator's accreditation (carbon characterizations)",
    )


def _unresolved(context: Context, sentence: str) -> Finding:
    return RULE.review(None, sentence) if context.review_required_enabled else RULE.failed(None, sentence)


def _computed(subject: Subject, factor: Decimal, exceeding: Decimal) -> Finding:
    if not is_number(subject.current_value):
        return RULE.failed(
            subject.current_value_path, "The MassID has no value to compute the prevented emissions from."
        )
    value = Decimal(str(subject.current_value))
    prevented = max(Decimal(0), value * factor - value * exceeding)
    return RULE.passed(
        f"Prevented emissions: {prevented.normalize():f} kg CO2e ({value:f} kg x {factor:f} - {value:f} kg x {exceeding:f})."
    )
