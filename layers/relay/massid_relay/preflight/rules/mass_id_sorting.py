"""mass-id-sorting: what was sorted out, and that nothing else was lost.

Strict equalities and differences are computed in IEEE doubles, as the auditor does.
Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/mass-id-sorting/src/
mass-id-sorting.{processor,helpers,constants}.ts, libs/shared/methodologies/bold/getters/src/document.getters.ts.
"""

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.jsvalues import MISSING, is_filled, is_positive, js_number, strictly_equal
from massid_relay.preflight.subject import Event, Subject
from massid_relay.preflight.vocabulary import KILOGRAM_FORMAT, SORTING

RULE = Rule("mass-id-sorting")

TOLERANCE_KG = 0.1

_GROSS = "Gross Weight"
_DEDUCTED = "Deducted Weight"


def check(subject: Subject, context: Context) -> list[Finding]:
    """The first Sorting event against the weight before it, the recycler's sorting factor, and the MassID's value."""
    sorting = subject.first(SORTING)
    if sorting is None:
        return [RULE.failed(subject.events_path, "There is no Sorting event.")]
    problems = [
        *_event(sorting),
        *_weights(sorting),
        *_balance(subject, sorting),
        *_before(subject, sorting),
        *_factor(subject, sorting, context),
    ]
    return RULE.verdict(problems, "What came in, what was sorted out and what remained agree.")


def _event(sorting: Event) -> list[Finding]:
    problems = []
    if not is_positive(sorting.value):
        problems.append(
            RULE.failed(
                f"{sorting.path}.value", "The Sorting's value is the weight that remained, in kg: a number above 0."
            )
        )
    if not is_filled(sorting.value_of("Description")):
        problems.append(RULE.failed(sorting.path_of("Description"), "The Sorting needs a `Description`."))
    return problems


def _weights(sorting: Event) -> list[Finding]:
    problems = [
        RULE.failed(sorting.path_of(name), f"`{name}` of the Sorting must be a number above 0, without quotes.")
        for name in (_GROSS, _DEDUCTED)
        if not is_positive(sorting.value_of(name))
    ]
    problems += [
        RULE.failed(sorting.format_path_of(name), f"`{name}` of the Sorting must carry the format `{KILOGRAM_FORMAT}`.")
        for name in (_GROSS, _DEDUCTED)
        if (attribute := sorting.attribute(name)) and attribute.format != KILOGRAM_FORMAT
    ]
    if not problems and js_number(sorting.value_of(_DEDUCTED)) >= js_number(sorting.value_of(_GROSS)):
        problems.append(RULE.failed(sorting.path_of(_DEDUCTED), f"`{_DEDUCTED}` must be smaller than `{_GROSS}`."))
    return problems


def _balance(subject: Subject, sorting: Event) -> list[Finding]:
    problems = []
    if not strictly_equal(subject.current_value, sorting.value):
        problems.append(
            RULE.failed(
                f"{sorting.path}.value",
                "The MassID's value must be exactly the Sorting's. Events after Sorting must carry no value, or the same one.",
            )
        )
    remained = js_number(sorting.value_of(_GROSS)) - js_number(sorting.value_of(_DEDUCTED))
    difference = abs(remained - js_number(sorting.value))
    if difference > TOLERANCE_KG:
        problems.append(
            RULE.failed(
                f"{sorting.path}.value",
                f"`{_GROSS}` less `{_DEDUCTED}` differs from the Sorting's value by {difference:.14g} kg; at most "
                f"{TOLERANCE_KG} kg are accepted.",
            )
        )
    return problems


def _before(subject: Subject, sorting: Event) -> list[Finding]:
    """The latest event strictly before Sorting that has a value, by time and not by place in the list."""
    if sorting.moment is None:
        return [RULE.failed(f"{sorting.path}.externalCreatedAt", "The time of the Sorting can't be read.")]
    moment = sorting.moment
    earlier = [
        event for event in subject.events if event.value is not MISSING and event.moment and event.moment < moment
    ]
    if not earlier:
        return [
            RULE.failed(
                f"{sorting.path}.externalCreatedAt",
                "No event before the Sorting carries a value (the weight that came in).",
            )
        ]
    latest = max(event.moment for event in earlier if event.moment)
    candidates = [event for event in earlier if event.moment == latest]
    results = [_weight_before(sorting, event) for event in candidates]
    if all(results) or not any(results):
        return results[0]
    return [
        RULE.undecided(
            f"{candidates[1].path}.externalCreatedAt",
            "Several events with different values have the same time right before the Sorting. Give them different times.",
            "to know which of them the auditor takes",
        )
    ]


def _weight_before(sorting: Event, before: Event) -> list[Finding]:
    if not is_positive(before.value):
        return [RULE.failed(f"{before.path}.value", "The last value before the Sorting must be greater than 0.")]
    gross = sorting.value_of(_GROSS)
    if strictly_equal(gross, before.value) or not is_positive(gross):  # the latter is a problem of its own
        return []
    return [
        RULE.failed(
            sorting.path_of(_GROSS),
            f"`{_GROSS}` of the Sorting must be exactly the value of the last event before it that carries one "
            f"({before.path}, {before.name}).",
        )
    ]


def _factor(subject: Subject, sorting: Event, context: Context) -> list[Finding]:
    accreditation = context.recycler_accreditation(subject)
    if accreditation is None or subject.created is None:
        if context.no_recycler_is_accredited:
            return [RULE.failed(None, "The recycler has no accreditation, and the sorting can't be judged without it.")]
        return [
            RULE.undecided(
                None,
                "The deducted weight must be the gross weight times the recycler's sorting factor.",
                "the recycler's accreditation (sorting factor)",
            )
        ]
    metrics = accreditation.metrics_for(subject.created.year)
    if metrics is None or not is_positive(metrics.sorting_factor):
        return [
            RULE.failed(
                None,
                f"The recycler's accreditation has no sorting factor for {subject.created.year - 1}, the year before "
                "the MassID's.",
            )
        ]
    expected = js_number(sorting.value_of(_GROSS)) * js_number(metrics.sorting_factor)
    difference = abs(js_number(sorting.value_of(_DEDUCTED)) - expected)
    if not difference > TOLERANCE_KG:
        return []
    return [
        RULE.failed(
            sorting.path_of(_DEDUCTED),
            f"`{_DEDUCTED}` differs by {difference:.14g} kg from `{_GROSS}` times the recycler's sorting factor; at most "
            f"{TOLERANCE_KG} kg are accepted.",
        )
    ]
