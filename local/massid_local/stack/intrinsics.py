"""Resolves CloudFormation's intrinsic functions against what the stack has made so far."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from massid_local.stack.template import Template, TemplateError

_NO_VALUE = object()
_SUB = re.compile(r"\$\{(!?)([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Physical:
    """A resource that exists: what Ref gives, and what GetAtt gives by name."""

    ref: str
    attributes: Mapping[str, str] = field(default_factory=dict)


class Resolver:
    """Turns a property with intrinsic functions into plain values. `made` grows while the stack is brought up."""

    def __init__(self, template: Template, pseudo: Mapping[str, str]) -> None:
        self.made: dict[str, Physical] = {}
        self._template = template
        self._values = {**template.parameters, **pseudo}

    def __call__(self, value: Any) -> Any:
        """The value with everything resolved; parts that are AWS::NoValue are left out. Raises TemplateError."""
        if isinstance(value, dict):
            if len(value) == 1:
                name, argument = next(iter(value.items()))
                if name == "Ref" or name.startswith("Fn::"):
                    return self._call(name, argument)
            resolved = {key: self(part) for key, part in value.items()}
            return {key: part for key, part in resolved.items() if part is not _NO_VALUE}
        if isinstance(value, list):
            return [part for part in map(self, value) if part is not _NO_VALUE]
        return value

    def condition(self, name: str) -> bool:
        """Whether the template's condition `name` holds."""
        if name not in self._template.conditions:
            raise TemplateError(f"no such condition: {name}")
        return self._holds(self._template.conditions[name])

    def _holds(self, expression: Any) -> bool:
        name, argument = next(iter(expression.items()))
        match name:
            case "Condition":
                return self.condition(argument)
            case "Fn::Equals":
                left, right = self(argument)
                return str(left) == str(right)
            case "Fn::Not":
                return not self._holds(argument[0])
            case "Fn::And":
                return all(self._holds(part) for part in argument)
            case "Fn::Or":
                return any(self._holds(part) for part in argument)
        raise TemplateError(f"unknown condition function {name}")

    def _call(self, name: str, argument: Any) -> Any:
        functions = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::If": self._if,
            "Fn::Join": lambda a: self(a[0]).join(str(part) for part in self(a[1])),
            "Fn::Select": lambda a: self(a[1])[int(self(a[0]))],
            "Fn::Split": lambda a: self(a[1]).split(self(a[0])),
            "Fn::FindInMap": self._find_in_map,
        }
        if name not in functions:
            raise TemplateError(f"the local stack doesn't know the function {name}")
        return functions[name](argument)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in self._values:
            return self._values[name]
        return self._physical(name).ref

    def _physical(self, name: str) -> Physical:
        if name not in self.made:
            raise TemplateError(f"reference to {name}, which isn't a parameter or resource of this stack")
        return self.made[name]

    def _get_att(self, argument: Any) -> str:
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        attributes = self._physical(name).attributes
        if attribute not in attributes:
            raise TemplateError(f"the local stack doesn't know the attribute {attribute} of {name}")
        return attributes[attribute]

    def _sub(self, argument: Any) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else argument
        given = self(given)

        def replace(found: re.Match[str]) -> str:
            literal, name = found.groups()
            if literal:
                return f"${{{name}}}"
            if name in given:
                return str(given[name])
            return str(self._get_att(name) if "." in name else self._ref(name))

        return _SUB.sub(replace, text)

    def _if(self, argument: Any) -> Any:
        condition, then, otherwise = argument
        return self(then if self.condition(condition) else otherwise)

    def _find_in_map(self, argument: Any) -> Any:
        name, first, second = self(argument)
        return self._template.mappings[name][first][second]


def references(value: Any) -> Iterator[str]:
    """The names that a value refers to through Ref, GetAtt and Sub, parameters included."""
    if isinstance(value, list):
        for part in value:
            yield from references(part)
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _named(key, part)
            yield from references(part)


def _named(key: str, argument: Any) -> Iterator[str]:
    if key == "Ref":
        yield argument
    elif key == "Fn::GetAtt":
        yield argument.split(".")[0] if isinstance(argument, str) else argument[0]
    elif key == "Fn::Sub":
        text = argument if isinstance(argument, str) else argument[0]
        yield from (name.split(".")[0] for literal, name in _SUB.findall(text) if not literal)
