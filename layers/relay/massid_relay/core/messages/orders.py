"""The messages of the orders queue: place, cancel, cancel many, follow."""

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from massid_relay.core.messages.base import ExternalId, Message, Text, problem
from massid_relay.core.messages.envelopes import Order, Reference, Version
from massid_relay.core.messages.shape import both, one_of


class PlaceOrder(Message):
    """Place one order: given here, or part of a stored submission of that document."""

    model_config = ConfigDict(
        json_schema_extra=both(one_of("order", "submissionRef"), one_of("order", "documentExternalId"))
    )

    version: Version
    action: Literal["place"]
    external_id: ExternalId
    order: Order | None = None
    document_external_id: ExternalId | None = None
    submission_ref: Reference | None = None
    task_token: Text | None = None

    @model_validator(mode="after")
    def _one_payload(self) -> Self:
        if (self.order is None) == (self.submission_ref is None):
            raise problem("send order or submissionRef, one of them", "order")
        if (self.submission_ref is None) != (self.document_external_id is None):
            raise problem("goes with submissionRef, and only with it", "documentExternalId")
        if self.order is not None and self.order.external_id != self.external_id:
            raise problem("is not the message's externalId", "order.externalId")
        return self


class CancelOrder(Message):
    """Cancel one order. Cancelling it again changes nothing."""

    version: Version
    action: Literal["cancel"]
    external_id: ExternalId


class CancelOrders(Message):
    """Cancel many orders in one call."""

    version: Version
    action: Literal["cancel-many"]
    external_ids: list[ExternalId] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.external_ids)) != len(self.external_ids):
            raise problem("names an order twice", "externalIds")
        return self


class FollowOrder(Message):
    """Look at an order's status until it is final."""

    version: Version
    action: Literal["follow"]
    external_id: ExternalId


class OrderAction(Message):
    """Only what tells the messages apart: for the sentence that names a missing or unknown action."""

    model_config = ConfigDict(extra="ignore")

    action: Literal["place", "cancel", "cancel-many", "follow"]


OrderMessage = PlaceOrder | CancelOrder | CancelOrders | FollowOrder

ORDER_MESSAGES: dict[str, type[PlaceOrder] | type[CancelOrder] | type[CancelOrders] | type[FollowOrder]] = {
    "place": PlaceOrder,
    "cancel": CancelOrder,
    "cancel-many": CancelOrders,
    "follow": FollowOrder,
}
"""By the value of `action`."""
