"""`template.yaml` as data: as it is written, and as CloudFormation gets it."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
CODE_OF = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}

Resource = dict[str, Any]


class Template:
    """The template as written, with the questions that the tests ask of it."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.resources: dict[str, Resource] = content["Resources"]
        self.parameters: dict[str, dict[str, Any]] = content["Parameters"]
        self.globals: dict[str, Any] = content["Globals"]["Function"]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties by resource name."""
        return {name: res.get("Properties", {}) for name, res in self.resources.items() if res["Type"] == kind}

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        return self.of_type("AWS::Serverless::Function")

    @property
    def queues(self) -> dict[str, dict[str, Any]]:
        return self.of_type("AWS::SQS::Queue")

    def mappings(self, function: str) -> dict[str, dict[str, Any]]:
        """The queues that feed a function, with the properties of each mapping."""
        events = self.functions[function]["Events"].values()
        return {target(e["Properties"]["Queue"]): e["Properties"] for e in events if e["Type"] == "SQS"}

    def statements(self, role: str) -> list[dict[str, Any]]:
        """All statements of a role's own policies."""
        policies = self.resources[role]["Properties"]["Policies"]
        return [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]


def target(reference: Any) -> str:
    """The resource that `!Ref X`, `!GetAtt X.Arn` or `!Sub "${X.Arn}/…"` speaks of."""
    if "Ref" in reference:
        return str(reference["Ref"])
    if "Fn::GetAtt" in reference:
        return str(reference["Fn::GetAtt"][0])
    return str(reference["Fn::Sub"]).split("${", 1)[1].split(".", 1)[0].rstrip("}")


def listed(value: Any) -> list[Any]:
    """IAM allows one thing or a list of them."""
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="session")
def template() -> Template:
    return Template(yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def transformed(template: Template) -> dict[str, Any]:
    """What AWS's own translator makes of it; code lies in a bucket by then."""

    class NoManagedPolicies:
        def load(self) -> dict[str, str]:
            return {}

    content = deepcopy(template.content)
    for resource in content["Resources"].values():
        if resource["Type"] in CODE_OF:
            resource["Properties"][CODE_OF[resource["Type"]]] = "s3://bucket/key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        result: dict[str, Any] = transform(content, {}, NoManagedPolicies())
    return result
