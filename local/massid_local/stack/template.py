"""Reads template.yaml: SAM to CloudFormation by AWS's own translator, parameters checked as CloudFormation checks them."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from massid_local.stack.environment import REGION

logging.getLogger("samtranslator.metrics.metrics").setLevel(logging.ERROR)  # it misses a place to publish its metrics

LOCAL_BUCKET = "template-folder"
"""Stands for the template's own folder where the translator wants an S3 bucket."""

_LOCAL_FILES = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}


class TemplateError(ValueError):
    """The template, or a parameter, isn't one that the local stack can bring up; the message names what is at fault."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template in plain CloudFormation, with the value of every parameter."""

    folder: Path
    parameters: dict[str, str]
    resources: dict[str, dict[str, Any]]
    conditions: dict[str, Any]
    mappings: dict[str, Any]
    outputs: dict[str, dict[str, Any]]


class _Region:
    """All that the translator asks of a boto3 session."""

    region_name = REGION


def declared_parameters(path: Path) -> dict[str, dict[str, Any]]:
    """The template's parameters with their rules."""
    declared: dict[str, dict[str, Any]] = _read(path).get("Parameters", {})
    return declared


def load_template(path: Path, values: Mapping[str, str]) -> Template:
    """Read and translate `path`. `values` set parameters; the others take their defaults. Raises TemplateError."""
    source = _read(path)
    parameters = parameter_values(source.get("Parameters", {}), values)
    for resource in source.get("Resources", {}).values():
        _point_to_folder(resource)
    try:
        translated = Translator({}, Parser(), boto_session=_Region()).translate(source, dict(parameters))
    except Exception as error:
        raise TemplateError(f"{path.name} isn't a valid SAM template: {error}") from error
    return Template(
        folder=path.resolve().parent,
        parameters=parameters,
        resources=translated.get("Resources", {}),
        conditions=translated.get("Conditions", {}),
        mappings=translated.get("Mappings", {}),
        outputs=translated.get("Outputs", {}),
    )


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise TemplateError(f"there is no {path}")
    source = yaml_parse(path.read_text(encoding="utf-8"))
    if not isinstance(source, dict):
        raise TemplateError(f"{path.name} isn't a template")
    return source


def _point_to_folder(resource: dict[str, Any]) -> None:
    """The translator takes no relative paths: write them as objects of a bucket that stands for the folder."""
    name = _LOCAL_FILES.get(resource.get("Type", ""))
    properties = resource.get("Properties", {})
    if name and isinstance(properties.get(name), str):
        properties[name] = f"s3://{LOCAL_BUCKET}/{properties[name].strip('/')}"


def parameter_values(declared: Mapping[str, Mapping[str, Any]], given: Mapping[str, str]) -> dict[str, str]:
    """Each declared parameter's value as a string. Raises TemplateError that names the parameter, never its value."""
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise TemplateError(f"no such parameter in the template: {', '.join(unknown)}")
    values = {}
    for name, rules in declared.items():
        if name not in given and "Default" not in rules:
            raise TemplateError(f"parameter {name} has no default: set it")
        values[name] = str(given.get(name, rules.get("Default", "")))
        problem = _problem(values[name], rules)
        if problem:
            raise TemplateError(f"parameter {name} {problem}")
    return values


def _problem(value: str, rules: Mapping[str, Any]) -> str | None:
    allowed = [str(option) for option in rules.get("AllowedValues", [])]
    if allowed and value not in allowed:
        return f"must be one of {', '.join(allowed)}"
    if "AllowedPattern" in rules and not re.fullmatch(rules["AllowedPattern"], value):
        return f"must match {rules['AllowedPattern']}"
    return _number_problem(value, rules) if rules.get("Type") == "Number" else None


def _number_problem(value: str, rules: Mapping[str, Any]) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "must be a number"
    if number < float(rules.get("MinValue", number)):
        return f"must be at least {rules['MinValue']}"
    if number > float(rules.get("MaxValue", number)):
        return f"must be at most {rules['MaxValue']}"
    return None
