"""Breaking samples: one thing wrong, in a copy."""

from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
from massid_local.samples import SampleMassID, generate
from massid_local.samples.breakages import Breakage, NotApplicable, broken
from massid_local.samples.catalogue import BREAKAGES
from massid_relay.core.jsons import dumps

TODAY = date(2026, 11, 20)
SAMPLES = [*generate(1, 1, TODAY), *generate(60, 1, TODAY, variety="full")]
EVERY_BREAKAGE = pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES)


def breakable(breakage: Breakage) -> SampleMassID:
    return next(one for one in SAMPLES if breakage.applies(one.load))


def papers(sample: SampleMassID) -> dict[str, bytes]:
    return {file.name: file.render() for file in sample.files}


@EVERY_BREAKAGE
def test_a_breakage_changes_a_copy_and_leaves_the_sample_alone(breakage: Breakage) -> None:
    sample = breakable(breakage)
    before = deepcopy(sample.submission)
    wrong = broken(sample, breakage, 1)
    assert sample.submission == before
    assert (dumps(wrong.submission), papers(wrong)) != (dumps(before), papers(sample))


@EVERY_BREAKAGE
def test_the_same_seed_breaks_in_the_same_way(breakage: Breakage) -> None:
    sample = breakable(breakage)
    assert dumps(broken(sample, breakage, 3).submission) == dumps(broken(sample, breakage, 3).submission)


@EVERY_BREAKAGE
def test_a_broken_sample_keeps_its_id_and_lists_the_files_it_has(breakage: Breakage) -> None:
    wrong = broken(breakable(breakage), breakage, 1)
    assert wrong.submission["externalId"] == wrong.external_id
    assert {file.name for file in wrong.files} == set(wrong.submission["evidence"])


@EVERY_BREAKAGE
def test_every_breakage_names_the_rules_it_fails(breakage: Breakage) -> None:
    assert breakage.rules
    assert breakage.summary


def test_what_a_sample_does_not_have_can_not_be_broken() -> None:
    exempt = next(one for one in SAMPLES if one.load.plan.transport_exempt)
    with pytest.raises(NotApplicable, match="transport-manifest-number-missing"):
        broken(exempt, BREAKAGES["transport-manifest-number-missing"], 1)


@EVERY_BREAKAGE
def test_the_documentation_names_the_breakage_and_its_rules(breakage: Breakage) -> None:
    page = (Path(__file__).parents[3] / "docs" / "samples.md").read_text(encoding="utf-8")
    star = " *" if breakage.only_papers_tell else ""
    fate = "refused" if breakage.refused_by_queue else "mended" if breakage.mended_by_queue else "taken"
    rules = ", ".join(sorted(breakage.rules))
    assert f"| `{breakage.name}` | {breakage.summary} | {rules}{star} | {fate} |" in page
