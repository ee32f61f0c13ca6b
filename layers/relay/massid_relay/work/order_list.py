"""Reading Carbonext's list of orders: whole for a proof, around one day for following."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from massid_relay.bootstrap import Relay
from massid_relay.carbonext.queries import condition
from massid_relay.core.carbonext_port import CarbonextApi
from massid_relay.core.carbonext_reading import OrderPage, RemoteOrder
from massid_relay.core.errors import NotReady
from massid_relay.core.orders.lookup import WINDOW
from massid_relay.core.ports import Permit

NEWEST_FIRST = "createdAt_desc"
_AROUND = timedelta(days=2)


def whole_list(relay: Relay, since: datetime) -> list[RemoteOrder]:
    """Every order made since `since` less the window. Raises NotReady if the list did not hold still while it was read.

    No filter is trusted with this: a filter that the provider reads otherwise would hide an order, and cost money. Pages are
    read newest first, until one lies wholly before the window, or to the end if the dates don't fall.
    """
    found: dict[str, RemoteOrder] = {}
    last: OrderPage | None = None
    for last in _pages(relay, lambda api, permit, page: api.list_orders(permit, page=page, sort_by=NEWEST_FIRST)):
        found |= {order.id: order for order in last.orders}
        if _lies_before(last, since - WINDOW):
            return list(found.values())
    if last is not None and last.total_count is not None and len(found) < last.total_count:
        raise NotReady("the list changed while it was read", retry_after=5)
    return list(found.values())


def orders_around(relay: Relay, day: datetime) -> list[RemoteOrder]:
    """Orders made about that day; nothing is concluded from absence."""
    begin, end = (day - _AROUND).date(), (day + _AROUND).date()
    filters = [condition("createdAt", "ge", begin), condition("createdAt", "le", end)]
    pages = _pages(relay, lambda api, permit, page: api.list_orders(permit, page=page, filters=filters))
    return [order for page in pages for order in page.orders]


def _pages(relay: Relay, read: Callable[[CarbonextApi, Permit, int], OrderPage]) -> Iterator[OrderPage]:
    number, more = 1, True
    while more:
        permit = relay.order_permit(relay.now() + relay.settings.lease)
        page = read(relay.carbonext, permit, number)
        yield page
        more = page.has_next
        if more and not page.orders:
            raise NotReady("the list has an empty page before its end", retry_after=5)
        number += 1


def _lies_before(page: OrderPage, moment: datetime) -> bool:
    """All of it, by dates that can be read and fall from entry to entry."""
    times = [order.created_at.at for order in page.orders if order.created_at is not None]
    falls = all(earlier >= later for earlier, later in pairwise(times))
    return len(times) == len(page.orders) > 0 and falls and times[0] < moment
