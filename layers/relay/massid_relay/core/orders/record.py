"""What the ledger knows of one order, and the states that it passes.

      RECORDED ──begin──▶ SENT ──confirm──▶ CONFIRMED ──▶ CANCELLED
         ▲  ▲              │ │
         │  └─never sent───┘ ├─refuse─────▶ REFUSED ──a redrive──▶ RECORDED
         │                   └─no answer──▶ OUTCOME_UNKNOWN ──found in the list──▶ CONFIRMED
         └───────── proven absent ──────────────┘ └──nothing proves it──▶ LEFT_TO_A_PERSON
                                                         by hand: CONFIRMED, RECORDED or GIVEN_UP

SENT is written before the call, with a lease (invariant 1): it already means "may have been sent". A lease that ran out means
a worker that died between, so its outcome is unknown too. Only RECORDED may be posted (invariant 4).
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from massid_relay.core.carbonext_reading import OrderStatus, RemoteOrder
from massid_relay.core.errors import Busy, ForbiddenTransition, OrderLeftToAPerson, Refusal, RefusedBefore
from massid_relay.core.operation import Lease


class OrderState(StrEnum):
    """Where an order stands with us; its status at Carbonext is another thing."""

    RECORDED = "recorded"
    SENT = "sent"
    OUTCOME_UNKNOWN = "outcome-unknown"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    LEFT_TO_A_PERSON = "left-to-a-person"
    CANCELLED = "cancelled"
    GIVEN_UP = "given-up"


@dataclass(slots=True)
class StatusChange:
    """A status at Carbonext, and when we saw it first."""

    status: OrderStatus
    at: datetime


@dataclass(slots=True)
class OrderRecord:
    """Everything about one order, without personal data. `key` travels in metaData; amounts in VCU."""

    external_id: str
    content_hash: str
    key: str
    vcu_amount: Decimal
    currency: str
    document_external_id: str | None = None
    """The MassID that the order is for, where a submission brought it."""
    state: OrderState = OrderState.RECORDED
    lease: Lease | None = None
    posts: int = 0
    """How many posts were begun that could have reached Carbonext."""
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    """When the attempt of unknown outcome ended: from here `settle_after` counts."""
    looks: int = 0
    clean_since: datetime | None = None
    """When the list, read whole after the attempt, first showed no trace of it; a trace takes it back."""
    day: str | None = None
    """The day whose cap it counts toward (UTC); None while it counts toward none."""
    order_id: str | None = None
    status: OrderStatus | None = None
    changes: list[StatusChange] = field(default_factory=list)
    ordered_at: datetime | None = None
    seen_in_list: bool = False
    following_since: datetime | None = None
    refusal: Refusal | None = None
    version: int = 0

    def corrected(self, content_hash: str, vcu_amount: Decimal, currency: str) -> bool:
        """Take other content, if this order was refused and so nothing of it stands; whether it was taken."""
        if self.state is not OrderState.REFUSED:
            return False
        self.content_hash, self.vcu_amount, self.currency = content_hash, vcu_amount, currency
        return True

    def begin(self, now: datetime, owner: str, until: datetime) -> int:
        """Take the lease for a post; the number of the attempt. Only RECORDED may be posted."""
        if self.state is not OrderState.RECORDED:
            raise RuntimeError("only a recorded order may be posted (invariant 4)")
        self.state, self.lease = OrderState.SENT, Lease(owner, until)
        self.posts += 1
        self.sent_at, self.ended_at, self.clean_since, self.looks = now, None, None, 0
        return self.posts

    def require_idle(self, now: datetime) -> None:
        """Raises Busy while a worker holds the lease. One that ran out was a crash: the outcome of its post is unknown."""
        if self.lease is None:
            return
        remaining = (self.lease.until - now).total_seconds()
        if remaining > 0:
            raise Busy("another worker holds this order", retry_after=remaining)
        if self.state is OrderState.SENT:
            self.unknown(self.lease.until)
        self.lease = None

    def is_attempt(self, attempt: int) -> bool:
        """Whether that attempt is still the last one, and its end not yet decided."""
        undecided = {OrderState.SENT, OrderState.OUTCOME_UNKNOWN, OrderState.LEFT_TO_A_PERSON}
        return self.posts == attempt and self.state in undecided

    def never_sent(self) -> None:
        """Proven: no order came of this attempt, so it counts for nothing."""
        self.state, self.lease = OrderState.RECORDED, None
        self.posts -= 1
        self.sent_at = None

    def unknown(self, now: datetime) -> None:
        """No usable answer: the order may stand. What was seen of the list before this moment counts for nothing."""
        self.state, self.lease, self.ended_at, self.clean_since = OrderState.OUTCOME_UNKNOWN, None, now, None

    def absent(self) -> None:
        """The list has proven that no order came of it: it may be posted again."""
        self.state, self.ended_at, self.clean_since = OrderState.RECORDED, None, None

    def confirm(self, order: RemoteOrder, now: datetime) -> None:
        """The order stands."""
        self.state, self.lease, self.refusal = OrderState.CONFIRMED, None, None
        self.order_id = order.id
        self.ordered_at = order.created_at.at if order.created_at and order.created_at.zoned else self.sent_at
        self.following_since = now
        self.observe(order.status, now)

    def observe(self, status: OrderStatus, now: datetime) -> bool:
        """Note the status at Carbonext; whether it is news."""
        if status is self.status:
            return False
        self.status = status
        self.changes.append(StatusChange(status, now))
        if status is OrderStatus.CANCELLED:
            self.state = OrderState.CANCELLED
        return True

    def refuse(self, refusal: Refusal) -> None:
        """A final no: no order stands."""
        self.state, self.lease, self.refusal = OrderState.REFUSED, None, refusal

    def leave_to_a_person(self, refusal: Refusal) -> None:
        """Nothing proves anything: no machine posts it again."""
        self.state, self.lease, self.refusal = OrderState.LEFT_TO_A_PERSON, None, refusal

    def settled_as_placed(self, order_id: str, now: datetime) -> None:
        """A person found the order: it stands under that id, and is followed from now on."""
        self.state, self.order_id, self.refusal = OrderState.CONFIRMED, order_id.lower(), None
        self.ordered_at, self.following_since = self.sent_at, now

    def settled_as_absent(self) -> None:
        """A person is sure that it was never made: it may be posted again."""
        self.absent()
        self.refusal = None

    def settled_as_given_up(self) -> None:
        """A person lets it be, whatever became of it. Its room in the day's cap is not given back."""
        self.state = OrderState.GIVEN_UP

    def try_again_after(self, message_id: str) -> None:
        """A refused order came once more: by a redrive it may be tried again. Raises RefusedBefore for the same message,
        OrderLeftToAPerson as long as no person has settled it, ForbiddenTransition if one has given it up."""
        if self.state is OrderState.GIVEN_UP:
            raise ForbiddenTransition("a person gave this order up; a new one needs a new external id")
        if self.refusal is None or self.state not in {OrderState.REFUSED, OrderState.LEFT_TO_A_PERSON}:
            return
        if self.refusal.message_id == message_id:
            raise RefusedBefore(self.refusal)
        if self.state is OrderState.LEFT_TO_A_PERSON:
            raise OrderLeftToAPerson(self.refusal.reason)
        self.state, self.refusal = OrderState.RECORDED, None

    def cancel_unsent(self) -> None:
        """Cancelled before anything was ordered."""
        self.state = OrderState.CANCELLED
