"""The state machine's file: JSON as it stands, and in step with what the template gives it."""

import json
import re
from typing import Any

import pytest

from tests.template.conftest import ROOT, Template, target

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


@pytest.fixture(scope="module")
def text(template: Template) -> str:
    path: str = template.resources["MassidLifecycle"]["Properties"]["DefinitionUri"]
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def definition(text: str) -> dict[str, Any]:
    """Valid JSON before substitution: whoever opens the file can read, draw and check it."""
    content: dict[str, Any] = json.loads(text)
    return content


def strings(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*(strings(child) for child in children))


def test_template_and_definition_agree_on_the_placeholders(template: Template, text: str) -> None:
    given = template.resources["MassidLifecycle"]["Properties"]["DefinitionSubstitutions"]
    assert set(PLACEHOLDER.findall(text)) == set(given)


def test_it_is_jsonpath_as_the_local_interpreter_knows_it(definition: dict[str, Any]) -> None:
    assert definition.get("QueryLanguage", "JSONPath") == "JSONPath"


def test_states_are_named_in_words_of_their_own(definition: dict[str, Any]) -> None:
    for name in definition["States"]:
        assert re.fullmatch(r"[A-Z][a-z]*( (and|[A-Z][a-z]*))*\??", name), name


def test_every_state_says_what_it_is_for(definition: dict[str, Any]) -> None:
    assert all(state.get("Comment") for state in definition["States"].values())


def test_the_role_may_send_to_exactly_the_queues_that_the_definition_names(template: Template) -> None:
    given = template.resources["MassidLifecycle"]["Properties"]["DefinitionSubstitutions"]
    named = {target(value) for value in given.values() if target(value) in template.queues}
    sends = [s for s in template.statements("MassidLifecycleRole") if s["Action"] == "sqs:SendMessage"]
    assert {target(resource) for statement in sends for resource in statement["Resource"]} == named


def test_the_role_covers_every_service_that_a_task_calls(template: Template, definition: dict[str, Any]) -> None:
    """`arn:aws:states:::sqs:sendMessage.waitForTaskToken` needs `sqs:SendMessage`, and so on."""
    called = {
        found.group(1) for s in strings(definition) if (found := re.match(r"arn:[^:]+:states:::(?:aws-sdk:)?(\w+):", s))
    }
    actions = {
        a
        for s in template.statements("MassidLifecycleRole")
        for a in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])
    }
    assert called == {action.split(":")[0] for action in actions} - {"logs"}


def test_executions_are_kept_and_their_data_stays_out_of_the_log(template: Template) -> None:
    """Standard, for a submission waits for months; no execution data in a log (invariant 7)."""
    properties = template.resources["MassidLifecycle"]["Properties"]
    assert properties["Type"] == "STANDARD"
    assert properties["Logging"]["IncludeExecutionData"] is False
