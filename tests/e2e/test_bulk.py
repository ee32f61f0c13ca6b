"""A bulk file dropped into the bucket: its good lines become MassIDs, its bad ones stand in the report."""

from copy import deepcopy
from pathlib import Path

import pytest
from massid_cli.operations.bulk import BulkStanding, refused_of, standing_of, submit
from massid_local.samples.table import table_of
from massid_relay.core.bulk.files import report_key
from massid_relay.core.bulk.run import BulkState
from massid_relay.core.jsons import JsonObject, dumps, loads

from tests.e2e.conftest import Running, sample

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("e2e-bulk")]


def load(external_id: str, **changes: object) -> JsonObject:
    """A submission that grows later: its document alone."""
    document = deepcopy(sample("document")["document"])
    document.pop("externalId", None)
    return {"version": 1, "externalId": external_id, "document": document | changes}


def all_completed(running: Running, name: str, count: int) -> BulkStanding | None:
    found = standing_of(running.target, name)
    return found if found and found.submissions == {"completed": count} else None


def test_a_file_of_ten_with_two_bad_lines(running: Running, tmp_path: Path) -> None:
    """Invariants 7 and 10, over real queues: the bucket tells the bulk queue, and its report triggers nothing."""
    lines = [dumps(load(f"bulk-{number}")) for number in range(8)]
    lines[3:3] = [dumps(load("bulk-bad", isPublic="Joana")), dumps(load("bulk-1"))]
    file = tmp_path / "cargas de março.ndjson"
    file.write_text("\n".join(lines), encoding="utf-8")
    version = submit(running.target, file)

    found = running.eventually(lambda: all_completed(running, file.name, 8))
    assert found is not None
    assert (found.run.state, found.run.object_version) == (BulkState.FINISHED, version)
    assert (found.run.position.line, found.run.accepted, found.run.refused) == (10, 8, 2)
    assert list(refused_of(running.target, found.run)) == [
        {
            "line": 4,
            "externalId": "bulk-bad",
            "fields": [{"path": "document.isPublic", "problem": "must be true or false"}],
        },
        {
            "line": 5,
            "externalId": "bulk-1",
            "fields": [{"path": "externalId", "problem": "has come before, in line 2"}],
        },
    ]
    key = report_key(file.name, found.run.id)
    stored = running.stack.client("s3").get_object(Bucket=running.stack.resource("EvidenceBucket"), Key=key)
    report = loads(stored["Body"].read())
    assert (report["state"], report["accepted"]) == ("finished", 8)
    assert [len(running.effects(f"bulk-{number}")) for number in range(8)] == [1] * 8


def test_a_csv_file_becomes_the_same_massids(running: Running, tmp_path: Path) -> None:
    file = tmp_path / "loads.csv"
    file.write_text(table_of([load("row-1"), load("row-2")], ";"), encoding="utf-8-sig")
    submit(running.target, file)

    running.eventually(lambda: all_completed(running, file.name, 2))
    assert [len(running.effects(name)) for name in ("row-1", "row-2")] == [1, 1]


def test_a_file_that_is_none_is_refused_in_its_report_and_as_a_dead_letter(running: Running, tmp_path: Path) -> None:
    file = tmp_path / "workbook.csv"
    file.write_bytes(b"PK\x03\x04 not a table")
    submit(running.target, file)

    found = running.eventually(lambda: _refused(running, file.name))
    assert found is not None
    assert "workbook" in (found.run.problem or "")
    letters = running.eventually(lambda: [one for one in running.dead_letters(None) if one.error_type == "BulkRefused"])
    assert letters[0].queue == "bulk"


def _refused(running: Running, name: str) -> BulkStanding | None:
    found = standing_of(running.target, name)
    return found if found and found.run.state is BulkState.REFUSED else None
