"""The tables of the documentation say what the code does."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import massid_relay
import pytest
from massid_relay.core.errors import PermanentFailure, RefusedBefore, RejectedByProvider
from massid_relay.core.jsons import loads
from massid_relay.ledger.dead_letters import DeadLetter
from samtranslator.yaml_helper import yaml_parse

from tests.docs.pages import PACKAGE, ROOT, column, text

ARCHITECTURE = "docs/architecture.md"
OPERATIONS = "docs/operations.md"
TEMPLATE: dict[str, Any] = yaml_parse(text("template.yaml"))


def resources(kind: str) -> set[str]:
    return {name for name, resource in TEMPLATE["Resources"].items() if resource["Type"] == kind}


def permanent_failures(kind: type[PermanentFailure] = PermanentFailure) -> Iterator[type[PermanentFailure]]:
    for below in kind.__subclasses__():
        yield below
        yield from permanent_failures(below)


def test_tables_of_modules_and_variables_are_current() -> None:
    """Mend with `python scripts/document_architecture.py`."""
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, ROOT / "scripts" / "document_architecture.py", "--check"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_every_state_has_its_row() -> None:
    states = loads(text("statemachines/massid_lifecycle.asl.json"))["States"]
    assert set(column(ARCHITECTURE, "The state machine")) == set(states)


def test_every_working_state_is_in_the_readmes_picture() -> None:
    states = loads(text("statemachines/massid_lifecycle.asl.json"))["States"]
    drawn = set(re.findall(r'state "([^"]+)" as', text("README.md")))
    assert drawn == {name for name, state in states.items() if state["Type"] != "Choice"}


def test_every_kind_of_dead_letter_has_advice() -> None:
    for module in pkgutil.walk_packages(massid_relay.__path__, "massid_relay."):
        importlib.import_module(module.name)
    kinds = {kind.__name__ for kind in permanent_failures()} - {RefusedBefore.__name__, RejectedByProvider.__name__}
    renamed = {"OrderLeftToAPerson": "OutcomeUnknown"}
    advised = set(column(OPERATIONS, "Dead letters by kind"))
    assert {renamed.get(kind, kind) for kind in kinds} == {kind for kind in advised if not kind.startswith("Rejected4")}


def test_every_status_that_is_final_has_advice() -> None:
    assert {"Rejected400", "Rejected403", "Rejected404", "Rejected409", "Rejected422"} <= set(
        column(OPERATIONS, "Dead letters by kind")
    )


@pytest.mark.parametrize(("page", "heading"), [(OPERATIONS, "When an alarm rises"), ("docs/deploy.md", "Alarms")])
def test_every_alarm_has_its_row(page: str, heading: str) -> None:
    assert set(column(page, heading)) == resources("AWS::CloudWatch::Alarm")


def test_every_metric_of_ours_is_named() -> None:
    filters = [r for r in TEMPLATE["Resources"].values() if r["Type"] == "AWS::Logs::MetricFilter"]
    counted = {change["MetricName"] for one in filters for change in one["Properties"]["MetricTransformations"]}
    assert set(column(ARCHITECTURE, "What is told, by name")) == counted


def test_every_kind_of_ledger_item_has_its_row() -> None:
    written = set()
    for path in [*(PACKAGE / "ledger").glob("*.py"), PACKAGE / "pacing.py"]:
        written |= set(re.findall(r'f"([A-Z]+)#\{', path.read_text(encoding="utf-8")))
    keys = " ".join(column(ARCHITECTURE, "The ledger") + column(ARCHITECTURE, "The ledger", 1))
    assert sorted(kind for kind in written if f"{kind}#" not in keys) == []


def test_every_line_of_the_log_is_told_with_its_fields() -> None:
    page = text(ARCHITECTURE).split("**Logs.**")[1].split("**Message attributes**")[0]
    for line, names in logged():
        row = next((row for row in page.splitlines() if f"`{line}`" in row), "")
        assert row, line
        assert {name for name in names if f"`{name}`" not in row} == set(), line


def test_a_dead_letters_reason_has_no_room_for_a_payload() -> None:
    """Invariant 7: what the index keeps are names, times and sentences."""
    assert {"body", "payload", "content"} & {field.name for field in fields(DeadLetter)} == set()


def logged() -> Iterator[tuple[str, set[str]]]:
    """Text and field names of every line that the shared package logs."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for name, function in functions.items():
            for call in _calls(function):
                if ast.unparse(call.func).startswith("logger."):
                    yield from ((line, _names(call, function, functions)) for line in _lines(call, tree, name))


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))


def _lines(call: ast.Call, tree: ast.Module, function: str) -> list[str]:
    """The line's text; where it is a parameter, what the function's callers give."""
    if isinstance(call.args[0], ast.Constant):
        return [str(call.args[0].value)]
    callers = (one for one in _calls(tree) if ast.unparse(one.func) == function and one.args)
    return [str(one.args[0].value) for one in callers if isinstance(one.args[0], ast.Constant)]


def _names(call: ast.Call, function: ast.FunctionDef, functions: Mapping[str, ast.FunctionDef]) -> set[str]:
    """Keys of the call's own dictionary, of a variable that it is given, and of the helpers that it calls."""
    given = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    assigned = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and given & {ast.unparse(target) for target in node.targets}
    ]
    helpers = [functions[name] for name in given & set(functions)]
    return {key for part in (call, *assigned, *helpers) for key in _keys(part)}


def _keys(node: ast.AST) -> set[str]:
    dictionaries = (inner for inner in ast.walk(node) if isinstance(inner, ast.Dict))
    return {str(key.value) for one in dictionaries for key in one.keys if isinstance(key, ast.Constant)}
