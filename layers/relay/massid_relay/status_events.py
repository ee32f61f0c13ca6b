"""Tells the account's default event bus of every change of an order's status (Amazon EventBridge, PutEvents).

An event may come twice; `orderId` and `status` make it the same one.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from massid_relay.core.clock import iso
from massid_relay.core.jsons import JsonObject, dumps

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "massid-relay"
DETAIL_TYPE = "Order Status Changed"


class StatusEvents:
    """Publishes. Ids and statuses only (invariant 7)."""

    def __init__(self, client: "EventBridgeClient") -> None:
        self._client = client

    def publish(self, external_id: str, order_id: str | None, status: str, at: datetime) -> None:
        """Publish one change. Raises RuntimeError if the bus did not take it."""
        detail: JsonObject = {"externalId": external_id, "orderId": order_id, "status": status, "at": iso(at)}
        answer = self._client.put_events(
            Entries=[{"Source": SOURCE, "DetailType": DETAIL_TYPE, "Detail": dumps(detail)}]
        )
        if answer["FailedEntryCount"]:
            raise RuntimeError("the event bus did not take the event")
