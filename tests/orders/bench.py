"""A bench for the orders worker: the real code over real HTTP against the sandbox, the ledger in moto, a queue in memory.

Nothing waits in real time: the queue moves the one clock, which the sandbox shares, to the next message.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from massid_local.carbonext_sandbox import CarbonextSandboxSettings, CarbonextServer
from massid_local.carbonext_sandbox.money import money
from massid_local.carbonext_sandbox.settings import TOKEN_PATH
from massid_local.carrot_sandbox.faults import ScriptedFault
from massid_relay.bootstrap import Relay
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.orders.record import OrderRecord
from massid_relay.ledger.dead_letters import DeadLetter
from massid_relay.work.handling import handle_each
from massid_relay.work.issue_order import issue_order
from massid_relay.work.order_changes import follow_due_orders
from massid_relay.work.source import QueueName, Source
from moto import mock_aws
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
SECRET = "carbonext"
VISIBILITY = timedelta(seconds=180)
RECIPIENT = {"name": "Ana Exemplo", "email": "ana@exemplo.com.br", "taxId": "529.982.247-25"}
RETIREMENT = {
    "retirementName": "Empresa Exemplo",
    "retirementEmail": "verra@exemplo.com.br",
    "retirementTaxId": "11444777000161",
}


class Crash(BaseException):
    """The worker dies here."""


class BenchClock:
    """One time for all; `sleep` moves it."""

    def __init__(self) -> None:
        self._moment = datetime(2026, 3, 2, 12, tzinfo=UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._moment

    def sleep(self, seconds: float) -> None:
        self.advance(max(0.0, seconds))

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._moment += timedelta(seconds=seconds)


@dataclass
class Waiting:
    """One message on the queue."""

    body: str
    visible_at: datetime
    message_id: str
    receives: int = 0


@dataclass
class BenchQueues:
    """The orders queue and the resting place, in place of SQS."""

    clock: BenchClock
    messages: dict[str, Waiting] = field(default_factory=dict)
    resting: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    count: int = 0

    def send(self, queue_url: str, body: JsonObject, *, group: str | None = None, fresh_id: str | None = None) -> None:
        self.put(dumps(body))

    def put(self, body: str) -> str:
        self.count += 1
        message_id = f"message-{self.count}"
        self.messages[message_id] = Waiting(body, self.clock.now(), message_id)
        return message_id

    def rest(self, queue_url: str, body: str, attributes: dict[str, str]) -> None:
        self.resting.append((body, attributes))

    def come_back(self, queue_url: str, receipt_handle: str, seconds: int) -> None:
        if receipt_handle in self.messages:  # another worker may be done with it
            self.messages[receipt_handle].visible_at = self.clock.now() + timedelta(seconds=seconds)


@dataclass
class BenchTokens:
    """Answers that waiting steps got."""

    answers: dict[str, Any] = field(default_factory=dict)

    def succeed(self, token: str, output: JsonObject) -> None:
        self.answers[token] = output

    def fail(self, token: str, error_type: str, dead_letter_id: str) -> None:
        self.answers[token] = error_type


class CrashingClient:
    """A DynamoDB client that lets the worker die before or after its n-th write from now, and another worker in between."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.writes_left: int | None = None
        self.after = False
        self.meanwhile: Callable[[], None] = lambda: None
        """Called before each write."""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        return (
            method if name not in {"transact_write_items", "put_item"} else lambda **given: self._write(method, given)
        )

    def _write(self, method: Callable[..., Any], given: dict[str, Any]) -> Any:
        self.meanwhile()
        if self.writes_left is None:
            return method(**given)
        self.writes_left -= 1
        if self.writes_left > 0:
            return method(**given)
        self.writes_left = None
        if self.after:
            method(**given)
        raise Crash


class OrdersBench:
    """Everything for the orders worker. `ledger` can be told to crash it."""

    def __init__(
        self, server: CarbonextServer, url: str, clock: BenchClock, aws: dict[str, Any], **settings: str
    ) -> None:
        """`aws`: clients of `aws_clients`; the ledger is made anew."""
        self.clock = clock
        self.sandbox = server.sandbox
        self._url = url
        self._settings = settings
        self._aws = aws
        make_ledger(aws["dynamodb"])
        self.ledger = CrashingClient(self._aws["dynamodb"])
        self.queues, self.tokens = BenchQueues(clock), BenchTokens()
        self._workers: list[Relay] = []
        self.relay = self.new_worker()

    def new_worker(self, **settings: str) -> Relay:
        """Another container of the worker, on the same ledger."""
        clients = {**self._aws, "dynamodb": self.ledger}
        environment = self._environment() | self._settings | settings
        relay = Relay(environment, self.clock, lambda service: clients[service])
        relay.__dict__ |= {"queues": self.queues, "tokens": self.tokens}
        self._workers.append(relay)
        return relay

    def close(self) -> None:
        """Close the workers' connections."""
        for worker in self._workers:
            worker.carbonext.close()  # type: ignore[attr-defined]

    def send(self, message: JsonObject) -> str:
        """Put a message on the orders queue."""
        return self.queues.put(dumps(message))

    def deliver(self, relay: Relay | None = None, message_id: str | None = None) -> None:
        """Receive the next message, as Lambda would; the clock goes to its time. A crash leaves it to its visibility."""
        relay = relay or self.relay
        waiting = self.queues.messages[message_id] if message_id else self.next()
        self.clock.advance(max(0.0, (waiting.visible_at - self.clock.now()).total_seconds()))
        self.handle(waiting, relay)

    def handle(self, waiting: Waiting, relay: Relay) -> None:
        """Let a worker have this message now, visible or not: SQS delivers at least once."""
        waiting.receives += 1
        waiting.visible_at = self.clock.now() + VISIBILITY
        source = Source(
            QueueName.ORDERS,
            waiting.message_id,
            waiting.message_id,
            waiting.body,
            None,
            waiting.receives,
            self.clock.now(),
        )
        try:
            answer = handle_each(relay, "orders", [source], lambda message: issue_order(relay, message))
        except Crash:
            return
        if not answer["batchItemFailures"]:
            self.queues.messages.pop(waiting.message_id, None)

    def run(self, most: int = 200) -> None:
        """Deliver until the queue is empty."""
        for _ in range(most):
            if not self.queues.messages:
                return
            self.deliver()
        raise AssertionError("the queue does not get empty")

    def follow(self, seconds: float) -> None:
        """Let time pass, sweep, and work off what the sweep found due."""
        self.clock.advance(seconds)
        follow_due_orders(self.relay, 100)
        self.run()

    def fault(self, kind: str, path: str = "/v1/orders", method: str = "POST", times: int = 1) -> None:
        """The next request of that kind meets a fault."""
        self.sandbox.faults.add(ScriptedFault(kind, method, path, times))

    def switch(self, **changes: object) -> None:
        """Set switches of the sandbox."""
        self.sandbox.settings = self.sandbox.settings.changed(changes)

    def record(self, external_id: str) -> OrderRecord:
        found = self.relay.orders.load(external_id)
        assert found is not None
        return found

    def statuses(self, external_id: str) -> list[str]:
        """The order's statuses at Carbonext, as the record has seen them."""
        return [change.status.value for change in self.record(external_id).changes]

    @property
    def letters(self) -> list[DeadLetter]:
        """Dead letters, oldest first."""
        return list(self.relay.dead_letters.resting())

    @property
    def money(self) -> Any:
        """The sandbox's own account."""
        return money(self.sandbox)

    @property
    def spent(self) -> Decimal:
        """VCUs of all orders that stand, in BRL."""
        amounts: dict[str, Decimal] = self.sandbox.spent().get("BRL", {})
        return amounts.get("vcus", Decimal(0))

    def posts(self) -> int:
        """Requests that reached POST /v1/orders, whatever became of them."""
        return sum(entry.endpoint == "POST /v1/orders" for entry in self.sandbox.journal.entries)

    def next(self) -> Waiting:
        """The message whose turn it is."""
        return min(self.queues.messages.values(), key=lambda waiting: (waiting.visible_at, waiting.message_id))

    def _environment(self) -> dict[str, str]:
        return template_defaults() | {
            "LEDGER_TABLE": "ledger",
            "ORDERS_QUEUE_URL": "orders",
            "DEAD_LETTER_QUEUE_URL": "dead-letters",
            "CARBONEXT_CREDENTIALS_ARN": SECRET,
            "CARBONEXT_BASE_URL": self._url,
            "CARBONEXT_TOKEN_URL": self._url + TOKEN_PATH,
            "CARBONEXT_REQUESTS_PER_SECOND": "1000",
        }


@contextmanager
def orders_bench(server: CarbonextServer, url: str, clock: BenchClock, **settings: str) -> Iterator[OrdersBench]:
    """A bench on a running, emptied sandbox, with a ledger of its own."""
    server.sandbox.reset()
    with mock_aws():
        bench = OrdersBench(server, url, clock, aws_clients(server), **settings)
        yield bench
        bench.close()


def aws_clients(server: CarbonextServer) -> dict[str, Any]:
    """Clients of moto's services, and the secret."""
    clients: dict[str, Any] = {name: boto3.client(name, region_name=REGION) for name in ("dynamodb", "secretsmanager")}
    account = server.sandbox.settings.account
    pair = {"clientId": account.client_id, "clientSecret": account.client_secret}
    clients["secretsmanager"].create_secret(Name=SECRET, SecretString=dumps(pair))
    return clients


@contextmanager
def carbonext_server(clock: BenchClock, **settings: Any) -> Iterator[tuple[CarbonextServer, str]]:
    """A sandbox on loopback."""
    server = CarbonextServer(CarbonextSandboxSettings(**({"seed": 7, "slow_seconds": 0} | settings)), clock)
    try:
        yield server, server.start()
    finally:
        server.stop()


@cache
def template_defaults() -> dict[str, str]:
    """The environment that template.yaml gives to every function, each parameter at its default."""
    template = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    variables: dict[str, Any] = template["Globals"]["Function"]["Environment"]["Variables"]
    parameters: dict[str, dict[str, Any]] = template["Parameters"]
    named = {name: value["Ref"] for name, value in variables.items() if value.get("Ref") in parameters}
    return {name: str(parameters[parameter]["Default"]) for name, parameter in named.items()}


def make_ledger(client: Any) -> None:
    """The table of template.yaml."""
    client.create_table(
        TableName="ledger",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "gpk", "gsk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "index",
                "KeySchema": [
                    {"AttributeName": "gpk", "KeyType": "HASH"},
                    {"AttributeName": "gsk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )


def place(external_id: str = "order-1", **order: Any) -> JsonObject:
    """A *place* message."""
    whole = {"externalId": external_id, "vcuAmount": Decimal("0.02"), "targetCurrency": "BRL", "payWithBalance": True}
    if "co2eKilograms" in order:
        del whole["vcuAmount"]
    return {"version": 1, "action": "place", "externalId": external_id, "order": whole | order}


def cancel(*external_ids: str) -> JsonObject:
    """A *cancel* message, or *cancel many*."""
    if len(external_ids) == 1:
        return {"version": 1, "action": "cancel", "externalId": external_ids[0]}
    return {"version": 1, "action": "cancel-many", "externalIds": list(external_ids)}
