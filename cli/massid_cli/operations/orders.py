"""Settling an order of unknown outcome by hand: a person looked at Carbonext's dashboard and knows."""

from datetime import datetime
from enum import StrEnum

from massid_relay.core.orders.record import OrderRecord, OrderState
from massid_relay.work.burial import dead_letter_id

from massid_cli.operations.letters import Outcome, discard, redrive
from massid_cli.operations.target import Target


class NotToBeSettled(Exception):
    """There is no such order, or its outcome is not left to a person."""


class Finding(StrEnum):
    """What the person found."""

    PLACED = "placed"
    ABSENT = "absent"
    GIVEN_UP = "given up"


def settle(
    target: Target, external_id: str, finding: Finding, why: str, now: datetime, order_id: str = ""
) -> list[Outcome]:
    """Write the finding into the ledger, then see to the dead letter: one that is absent is placed anew, else it is discarded.

    `order_id`: Carbonext's id of an order that was placed. Raises NotToBeSettled.
    """
    record = target.orders.load(external_id)
    if record is None or record.state is not OrderState.LEFT_TO_A_PERSON or record.refusal is None:
        raise NotToBeSettled(external_id)
    letter_id = dead_letter_id(record.refusal.message_id)
    _apply(record, finding, order_id, now)
    target.orders.save(record, look_at=now if finding is Finding.PLACED else None)
    if finding is Finding.ABSENT:
        return redrive(target, lambda letter: letter.id == letter_id)
    try:
        return [discard(target, letter_id, why)]
    except KeyError:  # somebody discarded it before
        return [Outcome(letter_id, external_id, "settled; its dead letter is gone")]


def _apply(record: OrderRecord, finding: Finding, order_id: str, now: datetime) -> None:
    match finding:
        case Finding.PLACED:
            record.settled_as_placed(order_id, now)
        case Finding.ABSENT:
            record.settled_as_absent()
        case Finding.GIVEN_UP:
            record.settled_as_given_up()
