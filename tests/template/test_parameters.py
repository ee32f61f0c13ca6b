"""Every knob is described, has a default that it accepts itself, and turns something."""

import re
import subprocess
import sys
from typing import Any

from tests.template.conftest import ROOT, Template

LONGEST_STACK_NAME = 26


def references(value: Any) -> set[str]:
    """All names in `!Ref` and `${…}`."""
    if isinstance(value, dict):
        own = {value["Ref"]} if isinstance(value.get("Ref"), str) else set()
        return own.union(*(references(child) for child in value.values()))
    if isinstance(value, list):
        return set().union(*(references(child) for child in value))
    return set(re.findall(r"\$\{([\w:]+)", value)) if isinstance(value, str) else set()


def test_every_parameter_is_described_and_bounded(template: Template) -> None:
    for name, parameter in template.parameters.items():
        assert parameter["Description"], name
        bounds = {"AllowedValues", "AllowedPattern", "MinValue"} & set(parameter)
        assert len(bounds) == 1, name


def test_every_default_is_allowed(template: Template) -> None:
    for name, parameter in template.parameters.items():
        default = parameter["Default"]
        if "AllowedValues" in parameter:
            assert default in parameter["AllowedValues"], name
        elif "AllowedPattern" in parameter:
            assert re.search(parameter["AllowedPattern"], default), name
        else:
            assert parameter["MinValue"] <= default <= parameter["MaxValue"], name


def test_every_duration_names_its_unit(template: Template) -> None:
    for name, parameter in template.parameters.items():
        for unit in ("Seconds", "Hours", "Days"):
            if name.endswith(unit):
                assert f"in {unit.lower()}" in parameter["Description"], name


def test_every_parameter_is_used_and_shown_in_a_group(template: Template) -> None:
    used = references({key: value for key, value in template.content.items() if key not in ("Parameters", "Metadata")})
    assert set(template.parameters) <= used
    groups = template.content["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    shown = [name for group in groups for name in group["Parameters"]]
    assert sorted(shown) == sorted(template.parameters)


def test_the_default_stack_names_fit_into_the_bucket_name() -> None:
    """63 characters for a bucket, less `-evidence-`, an account, `-` and the longest region name (14)."""
    assert 63 - len("-evidence-") - 12 - 1 - 14 == LONGEST_STACK_NAME
    names = re.findall(r'stack_name = "([^"]+)"', (ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    assert names
    assert all(len(name) <= LONGEST_STACK_NAME and name == name.lower() for name in names)


def test_the_documented_table_is_the_current_one() -> None:
    check = subprocess.run(
        [sys.executable, "scripts/document_parameters.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stderr
