"""The account's default event bus (Amazon EventBridge)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from massid_relay.core.announcements.details import SOURCE, Announcement
from massid_relay.queues import batches

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

TRIES = 3
"""Of entries that the bus refused one by one; whole calls are repeated by the client itself."""


class EventBus:
    """Publishes announcements."""

    def __init__(self, client: "EventBridgeClient") -> None:
        self._client = client

    def publish(self, announcements: Sequence[Announcement], table_arn: str) -> int:
        """Publish in order; how many of the first are on the bus for certain. One that fails again and again stops the rest.

        One that the bus refuses for a moment is passed by the others of its call: a call takes or refuses each by itself.
        `table_arn` is the event's resource: it tells stacks apart that share a bus.
        """
        entries = [_entry(announcement, table_arn) for announcement in announcements]
        done = 0
        for batch in batches([_measured(entry) for entry in entries]):
            taken = self._put(entries[done : done + len(batch)])
            done += taken
            if taken < len(batch):
                break
        return done

    def _put(self, entries: list[dict[str, Any]]) -> int:
        """How many of the first were taken."""
        waiting = list(range(len(entries)))
        for _ in range(TRIES):
            asked: Any = [entries[place] for place in waiting]
            try:
                answer = self._client.put_events(Entries=asked)
            except (ClientError, BotoCoreError):
                break
            results = zip(waiting, answer["Entries"], strict=True)
            waiting = [place for place, result in results if "ErrorCode" in result]
            if not waiting:
                return len(entries)
        return waiting[0]


def _entry(announcement: Announcement, table_arn: str) -> dict[str, Any]:
    return {
        "Source": SOURCE,
        "DetailType": announcement.detail_type.value,
        "Time": announcement.detail.at,
        "Resources": [table_arn],
        "Detail": announcement.detail_json,
    }


def _measured(entry: dict[str, Any]) -> str:
    """A text as long as what EventBridge counts of an entry; all entries of a call together have 256 KB
    (docs.aws.amazon.com, eventbridge, "Calculating PutEvents event entry size")."""
    time = " " * 14
    return "".join([entry["Source"], entry["DetailType"], time, *entry["Resources"], entry["Detail"]])
