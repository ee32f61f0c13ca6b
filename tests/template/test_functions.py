"""The law for functions: what they run on, what they are told, where they log."""

import ast
from decimal import Decimal
from typing import Any

import pytest
from massid_relay.settings import Settings, SettingsError, read_settings

from tests.template.conftest import ROOT, Template, target

RESOURCES = {
    "LEDGER_TABLE": "ledger",
    "EVIDENCE_BUCKET": "evidence",
    "LIFECYCLE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:lifecycle",
    "CARROT_CREDENTIALS_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:carrot",
    "CARBONEXT_CREDENTIALS_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:carbonext",
} | {
    f"{queue}_QUEUE_URL": f"https://sqs.us-east-1.amazonaws.com/123456789012/{queue.lower()}"
    for queue in ("SUBMISSIONS", "DOCUMENTS", "EVIDENCE", "EVENTS", "ORDERS", "BULK", "DEAD_LETTER")
}
"""What CloudFormation fills in for variables that refer to a resource."""


def variables(template: Template, function: str) -> dict[str, Any]:
    """All environment variables of one function, as they are written."""
    own = template.functions[function].get("Environment", {}).get("Variables", {})
    return {**template.globals["Environment"]["Variables"], **own}


def environment(template: Template, bound: str) -> dict[str, str]:
    """The environment with every parameter at its default, or at one end of its range."""
    result = dict(RESOURCES)
    for name, value in variables(template, "SubmitMassid").items():
        if name not in RESOURCES:
            parameter = template.parameters[target(value)]
            result[name] = str(parameter.get(bound, parameter["Default"]))
    return result


def test_every_function_runs_on_the_deployed_runtime(template: Template) -> None:
    assert (template.globals["Runtime"], template.globals["Architectures"]) == ("python3.13", ["arm64"])
    for properties in template.functions.values():
        assert not {"Runtime", "Architectures", "Layers"} & set(properties)


def test_every_function_is_one_file_that_needs_no_build(template: Template) -> None:
    for name, properties in template.functions.items():
        assert template.resources[name]["Metadata"] == {"SkipBuild": True}
        folder = ROOT / properties["CodeUri"]
        assert not (folder / "requirements.txt").exists(), "dependencies live in the layer"
        tree = ast.parse((folder / "app.py").read_text(encoding="utf-8"))
        assert properties["Handler"] == "app.lambda_handler"
        assert "lambda_handler" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_function_has_a_log_group_of_its_own_that_ends(template: Template) -> None:
    groups = template.of_type("AWS::Logs::LogGroup")
    for name, properties in template.functions.items():
        assert target(properties["LoggingConfig"]["LogGroup"]) == f"{name}Logs"
        assert groups[f"{name}Logs"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert template.globals["LoggingConfig"]["LogFormat"] == "JSON"


def test_settings_and_template_name_the_same_variables(template: Template) -> None:
    """An undeclared variable is silently absent; a declared one that nobody reads is a lie."""
    declared = {name for function in template.functions for name in variables(template, function)}
    assert declared == {field.upper() for field in Settings.model_fields}


def test_only_the_starters_of_runs_are_told_the_state_machine(template: Template) -> None:
    knowing = {name for name in template.functions if "LIFECYCLE_ARN" in variables(template, name)}
    assert knowing == {"SubmitMassid", "Sweep"}


@pytest.mark.parametrize("bound", ["Default", "MinValue", "MaxValue"])
def test_settings_accept_every_parameter_over_its_whole_range(template: Template, bound: str) -> None:
    settings = read_settings(environment(template, bound))
    written = template.parameters["PacingShare"].get(bound, template.parameters["PacingShare"]["Default"])
    assert settings.pacing_share == Decimal(str(written))


def test_settings_accept_every_allowed_value(template: Template) -> None:
    base = environment(template, "Default")
    for name, value in variables(template, "SubmitMassid").items():
        for choice in (
            template.parameters.get(target(value), {}).get("AllowedValues", []) if name not in RESOURCES else []
        ):
            read_settings(base | {name: str(choice)})


def test_a_missing_variable_is_named_and_no_value_is_shown(template: Template) -> None:
    """Invariant 7: a setting's value may be a secret's name."""
    broken = environment(template, "Default") | {"PACING_SHARE": "hunter2"}
    del broken["LEDGER_TABLE"]
    with pytest.raises(SettingsError, match="LEDGER_TABLE, PACING_SHARE") as caught:
        read_settings(broken)
    assert "hunter2" not in str(caught.value)


def test_calls_end_before_the_function_and_leases_after_it(template: Template) -> None:
    """Invariant 1: no outside call starts unless the lease outlives it; so no setting may make that impossible."""
    timeout = template.globals["Timeout"]
    parameters = template.parameters
    assert parameters["CarrotCallTimeoutSeconds"]["MaxValue"] < timeout
    assert parameters["CarrotUploadTimeoutSeconds"]["MaxValue"] < timeout
    assert parameters["CarbonextCallTimeoutSeconds"]["MaxValue"] < timeout
    assert parameters["LeaseSeconds"]["MinValue"] >= timeout
