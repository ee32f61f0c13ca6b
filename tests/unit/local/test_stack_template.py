"""Reading a template: parameters, intrinsic functions, and what the local stack refuses to leave out silently."""

from pathlib import Path
from typing import Any

import pytest
from massid_local.stack.environment import Clients
from massid_local.stack.intrinsics import Physical, Resolver, references
from massid_local.stack.makers import MAKERS, seconds_of, substitute
from massid_local.stack.resources import NAMED_ONLY, Resources, make_resources
from massid_local.stack.template import Template, TemplateError, load_template, parameter_values

DECLARED: dict[str, dict[str, Any]] = {
    "Stage": {"Type": "String", "Default": "test", "AllowedValues": ["test", "production"]},
    "Rate": {"Type": "Number", "Default": 5, "MinValue": 1, "MaxValue": 100},
    "Prefix": {"Type": "String", "Default": "", "AllowedPattern": "^(/[a-z]+)*$"},
}
SECRET_VALUE = "hunter2"


def template(resources: dict[str, Any], **parts: Any) -> Template:
    empty: dict[str, Any] = {"parameters": {}, "conditions": {}, "mappings": {}, "outputs": {}}
    return Template(folder=Path(), resources=resources, **{**empty, **parts})


def test_parameters_take_their_defaults_as_strings() -> None:
    assert parameter_values(DECLARED, {"Rate": "10"}) == {"Stage": "test", "Rate": "10", "Prefix": ""}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"Unheard": SECRET_VALUE}, "no such parameter in the template: Unheard"),
        ({"Stage": SECRET_VALUE}, "Stage must be one of test, production"),
        ({"Rate": SECRET_VALUE}, "Rate must be a number"),
        ({"Rate": "0"}, "Rate must be at least 1"),
        ({"Rate": "101"}, "Rate must be at most 100"),
        ({"Prefix": SECRET_VALUE}, "Prefix must match"),
    ],
)
def test_a_wrong_parameter_is_named_without_its_value(given: dict[str, str], problem: str) -> None:
    """Invariant 7."""
    with pytest.raises(TemplateError, match=problem) as raised:
        parameter_values(DECLARED, given)
    assert SECRET_VALUE not in str(raised.value)


def test_a_parameter_without_default_must_be_set() -> None:
    with pytest.raises(TemplateError, match="parameter Name has no default"):
        parameter_values({"Name": {"Type": "String"}}, {})


@pytest.fixture
def resolver() -> Resolver:
    made = Resolver(
        template(
            {},
            parameters={"Stage": "test", "Rate": "5"},
            conditions={
                "IsTest": {"Fn::Equals": [{"Ref": "Stage"}, "test"]},
                "Fast": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Rate"}, 5]}]},
                "Both": {"Fn::And": [{"Condition": "IsTest"}, {"Condition": "Fast"}]},
                "Either": {"Fn::Or": [{"Condition": "IsTest"}, {"Condition": "Fast"}]},
            },
            mappings={"Sizes": {"test": {"Memory": 512}}},
        ),
        {"AWS::StackName": "local"},
    )
    made.made["Queue"] = Physical("http://queue", {"Arn": "arn:queue"})
    return made


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Stage"}, "test"),
        ({"Ref": "Queue"}, "http://queue"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:queue"),
        ({"Fn::GetAtt": "Queue.Arn"}, "arn:queue"),
        ({"Fn::Sub": "${AWS::StackName}-${Stage}-${Queue.Arn}-${!literal}"}, "local-test-arn:queue-${literal}"),
        ({"Fn::Sub": ["${Here}/${Stage}", {"Here": {"Ref": "Queue"}}]}, "http://queue/test"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Rate"}]]}, "a-5"),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Memory"]}, 512),
        ({"Fn::If": ["IsTest", 1, 2]}, 1),
        ({"Fn::If": ["Both", 1, {"Ref": "Rate"}]}, "5"),
        ([1, {"Fn::If": ["Fast", 2, {"Ref": "AWS::NoValue"}]}], [1]),
        ({"Keep": 1, "Drop": {"Fn::If": ["Either", {"Ref": "AWS::NoValue"}, 2]}}, {"Keep": 1}),
    ],
)
def test_intrinsic_functions(resolver: Resolver, value: Any, expected: Any) -> None:
    assert resolver(value) == expected


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"Ref": "Unheard"}, "Unheard"),
        ({"Fn::GetAtt": ["Queue", "Colour"]}, "attribute Colour of Queue"),
        ({"Fn::Cidr": ["10.0.0.0/16", 1, 1]}, "Fn::Cidr"),
        ({"Fn::If": ["Unheard", 1, 2]}, "no such condition: Unheard"),
    ],
)
def test_what_cannot_be_resolved_is_named(resolver: Resolver, value: Any, problem: str) -> None:
    with pytest.raises(TemplateError, match=problem):
        resolver(value)


def test_references_are_found_at_any_depth() -> None:
    value = {
        "a": [{"Ref": "A"}, {"Fn::Sub": "${B.Arn} ${!C}"}],
        "d": {"Fn::If": ["x", {"Fn::GetAtt": ["D", "Arn"]}, 1]},
    }
    assert set(references(value)) == {"A", "B", "D"}


def make(resources: dict[str, Any]) -> Resources:
    """Make resources of which none reaches a service."""
    being_made = Resources.of(template(resources), "local", Clients({}))
    make_resources(being_made, MAKERS)
    return being_made


def test_an_unknown_resource_type_is_an_error_that_names_it() -> None:
    """Invariant 8: nothing of the template is left out silently."""
    with pytest.raises(TemplateError, match=r"Stream: .*AWS::Kinesis::Stream"):
        make({"Stream": {"Type": "AWS::Kinesis::Stream"}})


def test_an_unknown_property_is_an_error_that_names_it() -> None:
    with pytest.raises(TemplateError, match=r"Queue: .*Colour"):
        make({"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "green"}}})


def test_a_circle_is_an_error_that_names_it() -> None:
    def role(other: str) -> dict[str, Any]:
        return {"Type": "AWS::IAM::Role", "Properties": {"Description": {"Ref": other}}}

    with pytest.raises(TemplateError, match="circle"):
        make({"One": role("Two"), "Two": role("One")})


def test_a_resource_whose_condition_fails_is_not_made() -> None:
    being_made = Resources.of(
        template(
            {"Role": {"Type": "AWS::IAM::Role", "Condition": "Never"}, "Other": {"Type": "AWS::IAM::Role"}},
            conditions={"Never": {"Fn::Equals": [1, 2]}},
        ),
        "local",
        Clients({}),
    )
    make_resources(being_made, MAKERS)
    assert set(being_made.made) == {"Other"}


def test_substitutions_go_into_a_definition_and_none_may_be_missing() -> None:
    assert substitute('{"QueueUrl": "${Url}"}', {"Url": "http://queue"}) == '{"QueueUrl": "http://queue"}'
    with pytest.raises(TemplateError, match="Url"):
        substitute('{"QueueUrl": "${Url}"}', {})


@pytest.mark.parametrize(
    ("expression", "seconds"), [("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(1 day)", 86400)]
)
def test_rates_in_seconds(expression: str, seconds: float) -> None:
    assert seconds_of("Rule", expression) == seconds


def test_a_cron_expression_is_refused_not_ignored() -> None:
    with pytest.raises(TemplateError, match="Rule"):
        seconds_of("Rule", "cron(0 12 * * ? *)")


def test_a_template_that_isnt_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="nowhere"):
        load_template(tmp_path / "nowhere.yaml", {})


def test_the_documentation_lists_every_resource_type() -> None:
    """docs/local-stack.md is the stated list of what has no effect locally."""
    text = (Path(__file__).parents[3] / "docs" / "local-stack.md").read_text(encoding="utf-8")
    listed = {word.strip("`") for word in text.replace(",", " ").replace("|", " ").split() if word.startswith("`AWS::")}
    assert listed == set(MAKERS) | set(NAMED_ONLY)
