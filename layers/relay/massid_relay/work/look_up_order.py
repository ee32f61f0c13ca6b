"""An order that was sent without an answer: what the list says about it, and what follows (invariant 4)."""

from massid_relay.bootstrap import Relay
from massid_relay.core.errors import NotReady, OrderLeftToAPerson, Refusal
from massid_relay.core.orders.lookup import Absent, AskAPerson, Found, LookAgain, Verdict, judge, look, same_size
from massid_relay.core.orders.record import OrderRecord
from massid_relay.work.order_changes import save_or_come_back
from massid_relay.work.order_list import whole_list
from massid_relay.work.source import Source


def look_up_order(relay: Relay, source: Source, record: OrderRecord) -> OrderRecord:
    """Look once. Returns the record confirmed, or recorded anew and free to be posted.

    Raises NotReady while nothing is proven, OrderLeftToAPerson where nothing will be. The message stays on its queue
    meanwhile: it is looked at every few minutes at the longest, for one or two `settle_after`.
    """
    verdict = _verdict(relay, record)
    match verdict:
        case Found(order):
            record.confirm(order, relay.now())
        case Absent():
            record.absent()
        case AskAPerson(reason):
            error = OrderLeftToAPerson(reason)
            record.leave_to_a_person(Refusal.of(error, source.message_id))
            save_or_come_back(relay, record)
            raise error
    save_or_come_back(relay, record)
    if isinstance(verdict, LookAgain):
        raise NotReady("the order's outcome is not proven yet", retry_after=verdict.after.total_seconds())
    return record


def _verdict(relay: Relay, record: OrderRecord) -> Verdict:
    orders = whole_list(relay, record.sent_at or relay.now())
    known = relay.orders.known(order.id for order in same_size(record, orders))
    seen = look(record, orders, known)
    echo_known = relay.orders.echo_seen()
    if seen.echoed and not echo_known:
        relay.orders.learn_echo(relay.now())
    return judge(record, seen, relay.settings.settling, echo_known=echo_known, now=relay.now())
