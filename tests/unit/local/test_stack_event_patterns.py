"""Filter patterns of event source mappings, as the Lambda guide describes them."""

import json
from typing import Any

import pytest
from massid_local.stack.event_patterns import matches, patterns_of
from massid_local.stack.template import TemplateError

EVENT = {"dynamodb": {"Keys": {"pk": {"S": "DOC#a"}, "sk": {"S": "GEN#00001"}}, "NewImage": {"state": {"S": "ended"}}}}


def of(*patterns: Any) -> tuple[Any, ...]:
    return patterns_of("Mapping", {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]})


def key(*rules: Any) -> dict[str, Any]:
    return {"dynamodb": {"Keys": {"sk": {"S": list(rules)}}}}


@pytest.mark.parametrize(
    ("patterns", "passes"),
    [
        ([], True),
        ([key("GEN#00001")], True),
        ([key("GEN")], False),
        ([key({"prefix": "GEN#"})], True),
        ([key("RUN", {"prefix": "GEN#"})], True),
        ([key("RUN"), key({"prefix": "GEN#"})], True),
        ([key("RUN")], False),
        ([key({"prefix": "GEN#"}) | {"source": ["x"]}], False),
        ([{"dynamodb": {"NewImage": {"state": {"S": ["ended"]}}}}], True),
        ([{"dynamodb": {"OldImage": {"state": {"S": ["ended"]}}}}], False),
        ([{"dynamodb": {"OldImage": [{"exists": False}]}}], True),
        ([{"dynamodb": {"NewImage": [{"exists": False}]}}], False),
    ],
)
def test_all_fields_of_a_pattern_and_one_of_several_patterns(patterns: list[Any], passes: bool) -> None:
    assert matches(of(*patterns), EVENT) is passes


def test_a_rule_that_is_not_known_is_named_and_never_passed_over() -> None:
    with pytest.raises(TemplateError, match="Mapping: the local stack doesn't know the filter rule numeric"):
        of(key({"numeric": [">", 5]}))
