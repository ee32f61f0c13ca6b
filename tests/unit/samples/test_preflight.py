"""Whole samples pass every rule that can be decided; a broken one fails exactly the rules its breakage names."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from massid_local.samples import SampleMassID, generate
from massid_local.samples.breakages import Breakage, NotApplicable, broken
from massid_local.samples.catalogue import BREAKAGES
from massid_local.samples.plan import Methodology, Variety
from massid_local.samples.profile import accreditation_profile
from massid_relay.preflight import Outcome, PreflightReport, parse_profile, run_preflight
from massid_relay.preflight.pdf_text import pdf_text

TODAY = date(2026, 11, 20)
READ_FROM_FILES = frozenset({"transport-manifest-data", "recycling-manifest-data"})
NEVER_DECIDABLE = frozenset({"waste-mass-is-unique"})
WHOLE = [*generate(3, 1, TODAY), *generate(60, 1, TODAY, variety="full")]


def preflight(
    sample: SampleMassID, today: date = TODAY, papers: Mapping[str, str | None] | None = None
) -> PreflightReport:
    """With a profile of the accreditations that the audit of this very MassID would link."""
    return run_preflight(
        sample.submission,
        methodology=sample.load.methodology,
        now=datetime.combine(today, time(), UTC),
        profile=parse_profile(accreditation_profile(today, [sample.load.plan.recycler])),
        manifest_texts=papers,
    )


def preflight_with_papers(sample: SampleMassID) -> PreflightReport:
    """The same, with the text of the manifests as they lie in the bucket."""
    pdfs = [file for file in sample.files if file.content_type == "application/pdf"]
    return preflight(sample, papers={file.name: pdf_text(file.render()) for file in pdfs})


def failed_rules(report: PreflightReport) -> frozenset[str]:
    return frozenset(finding.rule for finding in report.failed)


def breakable(breakage: Breakage) -> list[SampleMassID]:
    return [one for one in WHOLE if breakage.applies(one.load)]


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(min_value=0, max_value=999_999_999),
    today=st.dates(min_value=date(2025, 1, 1), max_value=date(2032, 12, 31)),
    methodology=st.sampled_from(["bold-recycling", "bold-carbon"]),
    variety=st.sampled_from(["demo", "full"]),
)
def test_whole_samples_pass_every_rule_that_can_be_decided(
    seed: int, today: date, methodology: Methodology, variety: Variety
) -> None:
    for sample in generate(10, seed, today, methodology=methodology, variety=variety):
        verdicts = preflight(sample, today).verdicts
        assert all(
            outcome is Outcome.PASSED
            or (outcome is Outcome.NOT_DECIDABLE and rule in NEVER_DECIDABLE | READ_FROM_FILES)
            for rule, outcome in verdicts.items()
        ), verdicts


@pytest.mark.parametrize(
    "breakage", [one for one in BREAKAGES.values() if "document-shape" not in one.rules], ids=lambda one: one.name
)
def test_a_broken_sample_fails_exactly_the_rules_its_breakage_names(breakage: Breakage) -> None:
    expected = frozenset() if breakage.only_papers_tell else breakage.rules
    for sample in breakable(breakage):
        assert failed_rules(preflight(broken(sample, breakage, 1))) == expected


@pytest.mark.parametrize(
    "breakage", [one for one in BREAKAGES.values() if "document-shape" in one.rules], ids=lambda one: one.name
)
def test_a_misshapen_sample_fails_every_rule(breakage: Breakage) -> None:
    for sample in breakable(breakage):
        report = preflight(broken(sample, breakage, 1))
        assert failed_rules(report) == report.verdicts.keys()


def test_under_carbon_a_breakage_fails_one_rule_more_at_most() -> None:
    samples = generate(20, 2, TODAY, methodology="bold-carbon", variety="full")
    for breakage in BREAKAGES.values():
        if "document-shape" in breakage.rules or breakage.only_papers_tell:
            continue
        for sample in samples:
            try:
                failed = failed_rules(preflight(broken(sample, breakage, 1)))
            except NotApplicable:
                continue
            assert breakage.rules <= failed <= breakage.rules | {"prevented-emissions"}


def test_every_rule_that_is_decided_has_a_breakage() -> None:
    rules = preflight(WHOLE[0]).verdicts.keys()
    assert {rule for one in BREAKAGES.values() for rule in one.rules} == rules - {
        "no-conflicting-recycled-id-or-credit"
    }


def test_one_profile_serves_the_whole_sample_world() -> None:
    profile = parse_profile(accreditation_profile(TODAY))
    now = datetime.combine(TODAY, time(), UTC)
    for sample in WHOLE:
        assert run_preflight(sample.submission, methodology="bold-recycling", now=now, profile=profile).passes


def test_the_papers_of_whole_samples_agree_with_the_events_in_everything_that_can_be_read() -> None:
    for sample in WHOLE:
        report = preflight_with_papers(sample)
        assert report.passes
        unread = [finding.sentence for finding in report.of(Outcome.NOT_DECIDABLE) if finding.rule in READ_FROM_FILES]
        assert set(unread) <= {"Not compared with the file's text: addresses."}


@pytest.mark.parametrize(
    "breakage", [one for one in BREAKAGES.values() if one.only_papers_tell], ids=lambda one: one.name
)
def test_what_only_the_papers_tell_is_told_by_them(breakage: Breakage) -> None:
    for sample in breakable(breakage):
        report = preflight_with_papers(broken(sample, breakage, 1))
        doubted = {finding.rule for finding in report.of(Outcome.FAILED, Outcome.REVIEW_REQUIRED)}
        assert doubted == breakage.rules
