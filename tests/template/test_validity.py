"""AWS's own tools accept the template."""

from collections import Counter
from typing import Any

from cfnlint.api import lint_file

from tests.template.conftest import ROOT, Template


def test_cfn_lint_finds_nothing() -> None:
    assert [str(match) for match in lint_file(ROOT / "template.yaml")] == []


def test_the_translator_makes_no_role_and_no_queue_of_its_own(template: Template, transformed: dict[str, Any]) -> None:
    """Everything that the stack gets stands in the template under its own name (invariant 8)."""
    kinds = Counter(resource["Type"] for resource in transformed["Resources"].values())
    assert kinds["AWS::Lambda::Function"] == len(template.functions)
    assert kinds["AWS::IAM::Role"] == len(template.of_type("AWS::IAM::Role"))
    assert kinds["AWS::SQS::Queue"] == len(template.queues)
    assert kinds["AWS::StepFunctions::StateMachine"] == 1
    assert kinds["AWS::Lambda::LayerVersion"] == 1, "shared code is built once"
