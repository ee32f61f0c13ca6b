"""docs/preflight.md and the rules tell of each other."""

from importlib import import_module
from pathlib import Path

import pytest
from massid_relay.core.jsons import loads
from massid_relay.preflight import Methodology, parse_profile
from massid_relay.preflight.registry import rules_of

PAGE = (Path(__file__).parents[3] / "docs" / "preflight.md").read_text(encoding="utf-8")
SLUGS = sorted({slug for methodology in Methodology for slug in rules_of(methodology)})


@pytest.mark.parametrize("slug", SLUGS)
def test_every_rule_has_a_row(slug: str) -> None:
    assert f"`{slug}`" in PAGE


@pytest.mark.parametrize("slug", SLUGS)
def test_every_rule_names_its_source(slug: str) -> None:
    check = next(rules_of(one)[slug] for one in Methodology if slug in rules_of(one))
    assert "libs/methodologies/bold/rule-processors/mass-id/" in (import_module(check.__module__).__doc__ or "")


def test_the_pages_example_is_a_valid_profile() -> None:
    example = PAGE.split("```json\n")[1].split("```")[0]
    assert len(parse_profile(loads(example)).accreditations) == 2
