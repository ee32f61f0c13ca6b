"""docs/sandbox.md names every switch and every kind of fault."""

from pathlib import Path

import pytest
from massid_local.carrot_sandbox.fault_kinds import FAULT_KINDS
from massid_local.carrot_sandbox.settings import SandboxSettings

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text("utf-8")
NAMED = [fault.name for fault in FAULT_KINDS.values() if not fault.name.startswith("50")]


@pytest.mark.parametrize("name", [*SandboxSettings.model_fields, *NAMED])
def test_the_page_names_it(name: str) -> None:
    assert f"`{name}`" in PAGE
