"""What a function imports before its first message, by top-level module: growth is noticed here without timing anything.

A new module in this list makes every cold start of that function longer; is it worth it, or can it be imported where it is used?
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FUNCTIONS = sorted(folder.name for folder in (ROOT / "functions").iterdir() if (folder / "app.py").exists())

EVERY_FUNCTION = {
    "annotated_types",
    "aws_lambda_powertools",
    "botocore",
    "jmespath",
    "massid_relay",
    "pydantic",
    "pydantic_core",
    "simplejson",
    "typing_extensions",
    "typing_inspection",
}
ALSO = {"upload_evidence": {"puremagic"}}
"""Modules of one function alone."""

_NEW = """
import sys
sys.path[:0] = {path!r}
import app
found = {{name.partition(".")[0] for name in sys.modules}} - set(sys.stdlib_module_names) - {{"app", "__main__"}}
print(*sorted(name for name in found if not name.startswith("_sysconfigdata")))
print(*sorted(name for name in sys.modules if name.startswith("massid_relay.")))
"""


def imported(function: str) -> tuple[set[str], set[str]]:
    """Third-party modules and ours, after the import of one handler in a clean interpreter."""
    site = [path for path in sys.path if path.endswith("-packages")]
    path = [str(ROOT / "functions" / function), str(ROOT / "layers" / "relay"), *site]
    command = [sys.executable, "-S", "-E", "-c", _NEW.format(path=path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    others, ours = done.stdout.splitlines()
    return set(others.split()), set(ours.split())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_only_what_is_listed_for_it(function: str) -> None:
    """Neither boto3 (its engine is enough) nor httpx (only once a call is made) is among them."""
    others, _ = imported(function)
    assert others == EVERY_FUNCTION | ALSO.get(function, set())


@pytest.mark.parametrize("function", sorted({*FUNCTIONS} - {"issue_order"}))
def test_only_issue_order_imports_the_client_of_carbonext(function: str) -> None:
    _, ours = imported(function)
    assert "massid_relay.carbonext.client" not in ours


@pytest.mark.parametrize("function", FUNCTIONS)
def test_clients_of_outside_apis_and_preflight_wait_for_their_first_use(function: str) -> None:
    """Invariant 9: wiring happens lazily."""
    _, ours = imported(function)
    assert not {"massid_relay.carrot.client", "massid_relay.carbonext.client", "massid_relay.preflight"} & ours
