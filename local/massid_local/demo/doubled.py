"""What the sandbox's log shows of the run: surplus effects, and files with other bytes than those in the bucket."""

from collections import Counter
from collections.abc import Iterator, Sequence

from massid_relay.core.jsons import JsonObject

from massid_local.demo.submitted import Submitted


def duplicates(effects: JsonObject) -> int:
    """Second live documents of one external id, second events of one external id in a document, files stored again."""
    live = Counter(row["externalId"] for row in effects["documents"] if row["status"] != "CANCELLED")
    events = Counter(
        (row["documentId"], event["externalId"])
        for row in effects["documents"]
        for event in row["events"]
        if event["externalId"]
    )
    stored: Counter[tuple[str, str]] = Counter()
    for row in effects["files"]:
        stored[row["documentId"], row["fileName"]] += row["count"]
    return sum(count - 1 for counts in (live, events, stored) for count in counts.values())


def live_documents(effects: JsonObject) -> dict[str, str]:
    """Document id by external id; of several live documents the first."""
    found: dict[str, str] = {}
    for row in effects["documents"]:
        if row["status"] != "CANCELLED":
            found.setdefault(row["externalId"], row["documentId"])
    return found


def foreign_bytes(effects: JsonObject, massids: Sequence[Submitted]) -> Iterator[tuple[str, str]]:
    """External id and problem of each file that did not arrive as it lies in the bucket."""
    arrived: dict[tuple[str, str], set[str]] = {}
    for row in effects["files"]:
        arrived.setdefault((row["documentExternalId"], row["fileName"]), set()).add(row["sha256"])
    for one in massids:
        for file in one.dropped.values():
            if arrived.get((one.external_id, file.name)) != {file.sha256}:
                yield one.external_id, f"attachments.{file.name}: is not the file in the bucket"
