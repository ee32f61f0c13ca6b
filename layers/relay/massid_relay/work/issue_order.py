"""The orders queue: place, cancel, cancel many, follow."""

from massid_relay.bootstrap import Relay
from massid_relay.core.messages import CancelOrder, CancelOrders, FollowOrder, PlaceOrder
from massid_relay.core.messages.parsing import parse_order_message
from massid_relay.work.cancel_orders import cancel_order, cancel_orders
from massid_relay.work.follow_order import follow_order
from massid_relay.work.place_order import place_order
from massid_relay.work.source import Source


def issue_order(relay: Relay, source: Source) -> None:
    """Handle one message of the orders queue."""
    message = parse_order_message(source.body)
    match message:
        case PlaceOrder():
            place_order(relay, source, message)
        case CancelOrder():
            cancel_order(relay, message.external_id)
        case CancelOrders():
            cancel_orders(relay, message.external_ids)
        case FollowOrder():
            follow_order(relay, message.external_id)
