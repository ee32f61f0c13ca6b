"""The ledger as it was a moment ago answers readers as boto3 would."""

from typing import Any

import pytest
from massid_local.scenarios.recent import RecentLedger

ITEMS = [
    {"pk": {"S": "DOC#a"}, "sk": {"S": "GEN#1"}, "gpk": {"S": "WAITING"}, "gsk": {"S": "3"}},
    {"pk": {"S": "DOC#a"}, "sk": {"S": "GEN#2"}, "gpk": {"S": "WAITING"}, "gsk": {"S": "1"}},
    {"pk": {"S": "DOC#a"}, "sk": {"S": "PART#1"}},
    {"pk": {"S": "DOC#b"}, "sk": {"S": "GEN#1"}},
]


class Table:
    """Counts how often it is read as a whole."""

    def __init__(self) -> None:
        self.scans = 0

    def get_paginator(self, operation: str) -> "Table":
        assert operation == "scan"
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        self.scans += 1
        return [{"Items": ITEMS[:2]}, {"Items": ITEMS[2:]}]


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def ledger(table: Table) -> RecentLedger:
    return RecentLedger(table, "ledger")


def test_an_item_is_found_by_its_key_and_an_absent_one_is_absent(ledger: RecentLedger) -> None:
    assert ledger.get_item(Key={"pk": {"S": "DOC#b"}, "sk": {"S": "GEN#1"}}) == {"Item": ITEMS[3]}
    assert ledger.get_item(Key={"pk": {"S": "DOC#c"}, "sk": {"S": "GEN#1"}}) == {}


def test_a_beginning_is_looked_up_in_either_order(ledger: RecentLedger) -> None:
    asked = {
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :generation)",
        "ExpressionAttributeValues": {":pk": {"S": "DOC#a"}, ":generation": {"S": "GEN#"}},
    }
    assert ledger.query(**asked)["Items"] == ITEMS[:2]
    assert ledger.query(**asked, ScanIndexForward=False, Limit=1)["Items"] == [ITEMS[1]]


def test_the_index_is_read_in_its_own_order(ledger: RecentLedger) -> None:
    asked = {
        "KeyConditionExpression": "gpk = :waiting AND gsk < :before",
        "ExpressionAttributeValues": {":waiting": {"S": "WAITING"}, ":before": {"S": "4"}},
    }
    (page,) = ledger.get_paginator("query").paginate(**asked)
    assert page["Items"] == [ITEMS[1], ITEMS[0]]
    asked["ExpressionAttributeValues"][":before"] = {"S": "2"}  # type: ignore[index]
    assert ledger.query(**asked)["Items"] == [ITEMS[1]]


def test_many_looks_of_a_moment_are_one_read(ledger: RecentLedger, table: Table) -> None:
    for _ in range(5):
        ledger.get_item(Key={"pk": {"S": "DOC#b"}, "sk": {"S": "GEN#1"}})
    assert table.scans == 1
