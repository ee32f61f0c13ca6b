"""The demo's orders: one of each retirement option, and Carbonext's balance before and after (docs/orders.md)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from massid_relay.carbonext.client import CarbonextClient
from massid_relay.carbonext.settings import CarbonextSettings
from massid_relay.carrot.auth import ClientCredentials
from massid_relay.core.carbonext_reading import RemoteOrder
from massid_relay.core.clock import SystemClock
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.orders.meta_data import keys_in
from massid_relay.core.orders.record import OrderRecord, OrderState
from massid_relay.ledger.orders import OrderStore

from massid_local.carbonext_sandbox import CarbonextSandboxSettings
from massid_local.stack import LocalStack
from massid_local.stack.carbonext import BASE_URL, CREDENTIALS, TOKEN_URL

PATIENCE_SECONDS = 60
TICK_SECONDS = 0.2
CURRENCY = "BRL"

_RECIPIENT = {"name": "Mercado Exemplo Ltda.", "email": "certificados@mercado.example", "taxId": "45.997.418/0001-53"}
_OURS = {
    "retirementName": "Sandbox Integrator",
    "retirementEmail": "orders@integrator.example",
    "retirementTaxId": "11.444.777/0001-61",
}
_ANOTHER = {
    "retirementName": "Ana Exemplo",
    "retirementEmail": "ana@exemplo.example",
    "retirementTaxId": "529.982.247-25",
}
OPTIONS: tuple[tuple[str, JsonObject], ...] = (
    ("certificate and credits for us", {"vcuAmount": Decimal("0.02")}),
    (
        "certificate for another, credits for us",
        {"vcuAmount": Decimal("1.25"), "certificateRecipientInfo": _RECIPIENT | _OURS},
    ),
    ("certificate and credits for another", {"co2eKilograms": 500, "certificateRecipientInfo": _RECIPIENT}),
    (
        "certificate for one, credits for another",
        {"co2eKilograms": Decimal("20.5"), "certificateRecipientInfo": _RECIPIENT | _ANOTHER},
    ),
)
"""The four retirement options (api-docs.carbonext.com.br, b2b-api-concepts/orders); two of them sized by kilograms of CO2e."""

FAULTS = {"broken-after": 1.0, "truncated-after": 1.0, "500-json-after": 1.0, "504-text-after": 1.0}
"""The order is made and its answer is lost: what makes most software pay twice."""


@dataclass(frozen=True, slots=True)
class OrderOutcome:
    """One order: the option, and what stands at Carbonext under its key."""

    option: str
    external_id: str
    vcu_amount: Decimal | None
    status: str
    standing: int


@dataclass(frozen=True, slots=True)
class OrdersResult:
    """All orders, and the balance in VCU that Carbonext's API tells before and after. `faults`: answers that were lost."""

    outcomes: tuple[OrderOutcome, ...]
    before: Decimal
    after: Decimal
    faults: int

    @property
    def asked(self) -> Decimal:
        return sum((outcome.vcu_amount or Decimal(0) for outcome in self.outcomes), Decimal(0))

    @property
    def is_good(self) -> bool:
        """Each stands once, and the balance fell by just that."""
        return all(outcome.standing == 1 for outcome in self.outcomes) and self.before - self.after == self.asked


def carbonext_settings(seed: int, *, faults: bool) -> CarbonextSandboxSettings:
    """Settings of the demo's Carbonext."""
    return CarbonextSandboxSettings(seed=seed, fault_rate=0.5 if faults else 0, fault_weights=FAULTS if faults else {})


def place_orders(stack: LocalStack) -> OrdersResult:
    """Send the four orders twice each, as a queue may, and wait for their ends. Raises RelayError if Carbonext can't be read."""
    store = OrderStore(stack.client("dynamodb"), stack.resource("Ledger"), "")
    with _reader(stack) as api:
        before = _balance(api)
        for number, (_, order) in enumerate(OPTIONS, 1):
            _send(stack, f"demo-order-{number}", order)
        records = _ended(store)
        orders = api.list_orders(_Open()).orders
        after = _balance(api)
    outcomes = tuple(_outcome(option, f"demo-order-{n}", records, orders) for n, (option, _) in enumerate(OPTIONS, 1))
    journal = stack.carbonext.sandbox.journal.entries
    return OrdersResult(outcomes, before, after, sum(entry.fault is not None for entry in journal))


def _send(stack: LocalStack, external_id: str, order: JsonObject) -> None:
    whole = {"externalId": external_id, "targetCurrency": CURRENCY, "payWithBalance": True} | order
    message = {"version": 1, "action": "place", "externalId": external_id, "order": whole}
    for _ in range(2):
        stack.client("sqs").send_message(QueueUrl=stack.resource("OrdersQueue"), MessageBody=dumps(message))


def _ended(store: OrderStore) -> dict[str, OrderRecord | None]:
    until = time.monotonic() + PATIENCE_SECONDS
    ends = {OrderState.CONFIRMED, OrderState.REFUSED, OrderState.LEFT_TO_A_PERSON}
    while True:
        records = {name: store.load(name) for name in (f"demo-order-{n}" for n in range(1, len(OPTIONS) + 1))}
        open_ones = [name for name, record in records.items() if record is None or record.state not in ends]
        if not open_ones or time.monotonic() > until:
            return records
        time.sleep(TICK_SECONDS)


def _outcome(
    option: str, external_id: str, records: dict[str, OrderRecord | None], orders: tuple[RemoteOrder, ...]
) -> OrderOutcome:
    record = records[external_id]
    if record is None:
        return OrderOutcome(option, external_id, None, "not recorded", 0)
    mine = [order for order in orders if record.key in keys_in(order.meta_data)]
    status = mine[0].status.value if len(mine) == 1 else record.state.value
    return OrderOutcome(option, external_id, record.vcu_amount, status, len(mine))


def _balance(api: CarbonextClient) -> Decimal:
    return next(found.balance for found in api.balance(_Open()) if found.currency == CURRENCY)


@contextmanager
def _reader(stack: LocalStack) -> Iterator[CarbonextClient]:
    """A client of its own, beside the worker's."""
    parameters, pair = stack.carbonext.parameters(), stack.carbonext.secrets()[CREDENTIALS]
    settings: Any = {"base_url": parameters[BASE_URL], "token_url": parameters[TOKEN_URL]}
    credentials = ClientCredentials(pair["clientId"], pair["clientSecret"])
    client = CarbonextClient(CarbonextSettings(**settings), lambda: credentials, SystemClock())
    try:
        yield client
    finally:
        client.close()


class _Open:
    """The demo's own reading is paced by nobody."""

    def enter(self, call: str, timeout: float) -> None: ...

    def throttled(self, retry_after: float | None) -> None: ...

    def answered(self) -> None: ...

    def failed(self) -> None: ...
