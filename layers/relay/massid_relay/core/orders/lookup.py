"""What a look at the order list proves about an attempt of unknown outcome (invariant 4).

Carbonext has no idempotency key and no lookup by our id, and a new order may show up in the list late. So absence is believed
only if the whole list was read twice, `settle_after` apart, and showed neither our key nor an unexplained order of that
amount and currency, and if this list is known to show our keys at all. Everything else is for a person.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from massid_relay.core.carbonext_reading import RemoteOrder
from massid_relay.core.orders.meta_data import keys_in
from massid_relay.core.orders.policy import Settle, SettlePolicy
from massid_relay.core.orders.record import OrderRecord

CLOCK_SKEW = timedelta(minutes=10)
UNKNOWN_ZONE = timedelta(hours=15)
"""How far a time without a zone may be off UTC."""

WINDOW = timedelta(days=2)
"""How far before an attempt the list is read: more than any zone, and enough to see other keys of ours."""

POSTS_ALLOWED = 3
SHORTEST_WAIT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Look:
    """One reading of the whole list. `mine`: orders that show the key; `unexplained`: of that amount and currency and
    nobody's; `echoed`: some order shows a key of ours; `silent`: an order that we know to be ours shows none."""

    read: int
    mine: tuple[RemoteOrder, ...]
    unexplained: int
    echoed: bool
    silent: bool

    @property
    def clean(self) -> bool:
        """No trace of the attempt."""
        return not self.mine and not self.unexplained


@dataclass(frozen=True, slots=True)
class Found:
    """The order stands."""

    order: RemoteOrder


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Nothing is proven yet."""

    after: timedelta


@dataclass(frozen=True, slots=True)
class Absent:
    """It was never made: it may be posted."""


@dataclass(frozen=True, slots=True)
class AskAPerson:
    """Nothing will prove it. `reason` says what was looked at."""

    reason: str


Verdict = Found | LookAgain | Absent | AskAPerson


def same_size(record: OrderRecord, orders: Sequence[RemoteOrder]) -> list[RemoteOrder]:
    """Orders that could be this one by amount, currency and time. What can't be read could be."""
    return [order for order in orders if _may_be(record, order)]


def look(record: OrderRecord, orders: Sequence[RemoteOrder], known: Collection[str]) -> Look:
    """Sort the list. `known`: ids, among those of `same_size`, that the ledger holds for other orders of ours."""
    mine = tuple(order for order in orders if record.key in keys_in(order.meta_data))
    alike = [order for order in same_size(record, orders) if not keys_in(order.meta_data)]
    return Look(
        read=len(orders),
        mine=mine,
        unexplained=sum(order.id not in known for order in alike),
        echoed=any(keys_in(order.meta_data) for order in orders),
        silent=any(order.id in known for order in alike),
    )


def judge(record: OrderRecord, seen: Look, policy: SettlePolicy, *, echo_known: bool, now: datetime) -> Verdict:
    """What to do now. Writes the look into the record. `echo_known`: a key of ours was seen in the list before this look."""
    if record.ended_at is None:
        raise RuntimeError("a lookup is for an attempt that has ended")
    record.looks += 1
    record.clean_since = (record.clean_since or now) if seen.clean else None
    if len(seen.mine) == 1:
        return Found(seen.mine[0])
    if seen.mine:
        return AskAPerson(_reason(record, seen, f"{len(seen.mine)} orders show the key"))
    settled = record.clean_since is not None and now >= record.clean_since + policy.settle_after
    if settled:
        return _settle(record, seen, policy, echo_known)
    if not seen.clean and now >= record.ended_at + policy.settle_after:
        return AskAPerson(_reason(record, seen, f"{seen.unexplained} orders of that amount and currency are nobody's"))
    return LookAgain(_wait(record, policy, now))


def _settle(record: OrderRecord, seen: Look, policy: SettlePolicy, echo_known: bool) -> Verdict:
    if policy.settle is Settle.PERSON:
        return AskAPerson(_reason(record, seen, "the setting leaves it to a person"))
    if not echo_known or seen.silent:
        return AskAPerson(_reason(record, seen, "the list is not known to show our keys"))
    if record.posts >= POSTS_ALLOWED:
        return AskAPerson(_reason(record, seen, f"{record.posts} posts ended without an answer"))
    return Absent()


def _reason(record: OrderRecord, seen: Look, why: str) -> str:
    return (
        f"sent without an answer (post {record.posts}); the list was read {record.looks} times, {seen.read} orders the last "
        f"time, {len(seen.mine)} with the key, {seen.unexplained} unexplained of that amount; {why}"
    )


def _wait(record: OrderRecord, policy: SettlePolicy, now: datetime) -> timedelta:
    """As long again as it has been unknown, so that a late order is found soon and the list isn't read for ever."""
    ended = record.ended_at or now
    due = (record.clean_since or ended) + policy.settle_after
    return max(min(max(now - ended, SHORTEST_WAIT), due - now), timedelta(seconds=1))


def _may_be(record: OrderRecord, order: RemoteOrder) -> bool:
    if order.vcu_amount is not None and order.vcu_amount != record.vcu_amount:
        return False
    if order.currency is not None and order.currency != record.currency:
        return False
    if order.created_at is None or record.sent_at is None:
        return True
    margin = CLOCK_SKEW if order.created_at.zoned else UNKNOWN_ZONE
    return order.created_at.at >= record.sent_at - margin
