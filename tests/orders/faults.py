"""`make faults-orders`: whatever fails and whoever dies, money spent never exceeds money asked for (invariant 4).

Each run places a handful of orders through two workers against a sandbox that fails by seeded chance, shows orders late and
echoes metaData or not; workers die at ledger writes and meet each other in the middle of calls. The sandbox counts the money.
"""

import argparse
import json
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from random import Random, SystemRandom
from typing import Any
from unittest.mock import patch

from massid_local.carbonext_sandbox import CarbonextSandboxSettings, CarbonextServer
from massid_local.carrot_sandbox.fault_kinds import CHANCE_KINDS
from massid_relay.bootstrap import Relay
from massid_relay.core.orders.record import OrderRecord, OrderState
from moto import mock_aws

from tests.orders.bench import ROOT, BenchClock, OrdersBench, aws_clients, carbonext_server, place

FILE = ROOT / "build" / "faults.json"
LEAST_RUNS = 500
AMOUNTS = [Decimal("0.02"), Decimal("0.02"), Decimal("0.5"), Decimal("1.25")]
WEIGHTS = {fault.name: 4.0 for fault in CHANCE_KINDS} | {"timeout-after": 1.0}
"""Timeouts cost real time, so they come a little less often."""

WRITES = 4
"""Ledger writes of one order that goes well, and one more."""

MUTATED_RUNS = 20
MOST_DELIVERIES = 400
CALL_TIMEOUT = "0.4"


@dataclass(frozen=True)
class Plan:
    """One run. `crashes`: before (False) or after (True) so many writes; `echo` and `late` are the provider's habits."""

    seed: int
    crashes: tuple[tuple[int, bool], ...]
    echo: str
    late: int
    fault_rate: float
    person: bool = False


@dataclass
class Ended:
    """What a run found: VCUs, and how many orders ended in which state."""

    plan: Plan
    asked: Decimal
    spent: Decimal
    confirmed: Decimal
    left: Decimal
    doubled: int
    phantoms: int
    """Orders that we call confirmed while none stands under their key."""
    crashes: int
    states: Counter[str] = field(default_factory=Counter)

    @property
    def exceeds(self) -> bool:
        return self.spent > self.asked or self.doubled > 0

    @property
    def holds(self) -> bool:
        """Never more than asked; and what was not certainly ordered lies with a person, nothing is forgotten."""
        return not self.exceeds and self.phantoms == 0 and self.confirmed + self.left == self.asked


def every_boundary() -> list[Plan]:
    """A worker dies before and after each write, under each habit of the provider, without and with other faults."""
    crashes = product(range(1, WRITES + 1), (False, True))
    return [
        Plan(number, (crash,), echo, 0, rate)
        for number, (crash, echo, rate) in enumerate(product(crashes, ("always", "never"), (0.0, 0.5)))
    ]


def by_chance(count: int, seed: int) -> list[Plan]:
    """Plans from a seed."""
    random = Random(seed)
    return [
        Plan(
            seed=random.randrange(2**32),
            crashes=tuple((random.randint(1, 12), random.random() < 0.5) for _ in range(random.randrange(4))),
            echo=random.choice(["always", "always", "create-only", "never"]),
            late=random.choice([0, 30, 600]),
            fault_rate=random.choice([0.2, 0.5, 0.8]),
            person=random.random() < 0.1,
        )
        for _ in range(count)
    ]


class Proof:
    """The sandbox, moto and its clients, made once for all runs."""

    def __init__(self, server: CarbonextServer, url: str, clock: BenchClock) -> None:
        self._server, self._url, self._clock = server, url, clock
        self._aws = aws_clients(server)

    def run(self, plan: Plan) -> Ended:
        """One run, on an empty ledger."""
        sandbox = self._server.sandbox
        sandbox.settings = CarbonextSandboxSettings.model_validate(
            {
                "seed": plan.seed,
                "echo": plan.echo,
                "visible_spread_seconds": plan.late,
                "fault_rate": plan.fault_rate,
                "fault_weights": WEIGHTS,
                "slow_seconds": 0,
                "hold_seconds": 5,
            }
        )
        sandbox.reset()
        policy = "person" if plan.person else "list"
        bench = OrdersBench(
            self._server,
            self._url,
            self._clock,
            self._aws,
            CARBONEXT_CALL_TIMEOUT_SECONDS=CALL_TIMEOUT,
            SETTLE_POLICY=policy,
        )
        try:
            return _Run(bench, plan).to_the_end()
        finally:
            bench.close()
            self._aws["dynamodb"].delete_table(TableName="ledger")


class _Run:
    def __init__(self, bench: OrdersBench, plan: Plan) -> None:
        self._bench = bench
        self._plan = plan
        self._random = Random(plan.seed)
        self._workers = [bench.relay, bench.new_worker()]
        self._crashes = list(plan.crashes)
        self._inside = False
        self.died = 0

    def to_the_end(self) -> Ended:
        bench, random = self._bench, self._random
        amounts = {f"order-{number}": random.choice(AMOUNTS) for number in range(random.randint(2, 5))}
        for external_id, amount in amounts.items():
            for _ in range(random.choice([1, 1, 2])):
                bench.send(place(external_id, vcuAmount=amount))
        bench.ledger.meanwhile = self._meanwhile
        for _ in range(MOST_DELIVERIES):
            if not bench.queues.messages:
                break
            self._arm()
            bench.deliver(random.choice(self._workers))
        bench.ledger.meanwhile, bench.ledger.writes_left = lambda: None, None
        return self._ended(amounts)

    def _arm(self) -> None:
        """The next death is told to the ledger as soon as the one before it has come."""
        ledger = self._bench.ledger
        if ledger.writes_left is None and self._crashes:
            ledger.writes_left, ledger.after = self._crashes.pop(0)
            self.died += 1

    def _meanwhile(self) -> None:
        """Now and then the other worker gets a message in the middle of this one's work, perhaps the very same."""
        waiting = list(self._bench.queues.messages.values())
        if self._inside or not waiting or self._random.random() > 0.15:
            return
        self._inside = True
        try:
            self._bench.handle(self._random.choice(waiting), self._workers[1])
        finally:
            self._inside = False

    def _ended(self, amounts: dict[str, Decimal]) -> Ended:
        records = {external_id: self._bench.relay.orders.load(external_id) for external_id in amounts}
        keys = self._bench.money["keys"]
        sums: Counter[str] = Counter()
        phantoms = 0
        total = dict.fromkeys((OrderState.CONFIRMED, OrderState.LEFT_TO_A_PERSON), Decimal(0))
        for external_id, record in records.items():
            state = record.state if record else OrderState.RECORDED
            sums[state.value] += 1
            phantoms += record is not None and state is OrderState.CONFIRMED and keys.get(record.key) != 1
            if state in total:
                total[state] += amounts[external_id]
        return Ended(
            plan=self._plan,
            asked=sum(amounts.values(), Decimal(0)),
            spent=self._bench.spent,
            confirmed=total[OrderState.CONFIRMED],
            left=total[OrderState.LEFT_TO_A_PERSON],
            doubled=len(self._bench.money["doubled"]),
            phantoms=phantoms,
            crashes=self.died,
            states=sums,
        )


@contextmanager
def proof() -> Iterator[Proof]:
    """Everything that runs need."""
    clock = BenchClock()
    with ExitStack() as opened:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            opened.enter_context(patch.dict(os.environ, {name: "testing"}))
        opened.enter_context(mock_aws())
        yield Proof(*opened.enter_context(carbonext_server(clock)), clock)


def without_lookup() -> Any:
    """The mutation: an order without an answer is simply posted again, as most software would."""

    def simply_again(_relay: Relay, _source: object, record: OrderRecord) -> OrderRecord:
        record.absent()
        return record

    return patch("massid_relay.work.place_order.look_up_order", simply_again)


def run_all(plans: list[Plan], *, lookup: bool = True) -> list[Ended]:
    """Run the plans one after the other; without `lookup` as the mutation does."""
    logging.disable(logging.CRITICAL)
    with nullcontext() if lookup else without_lookup(), proof() as made:
        return [made.run(plan) for plan in plans]


def run_on_all_cores(plans: list[Plan]) -> list[Ended]:
    """Each core runs its share of the plans."""
    cores = min(os.cpu_count() or 1, 8)
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        shares = pool.map(run_all, [plans[core::cores] for core in range(cores)])
        return [ended for share in shares for ended in share]


def figures(seed: int, ended: list[Ended], mutated: list[Ended], seconds: float) -> dict[str, Any]:
    """What the key `orders` of build/faults.json holds. Amounts in VCU."""
    states: Counter[str] = sum((run.states for run in ended), Counter())
    return {
        "seed": seed,
        "runs": len(ended),
        "orders": sum(states.values()),
        "states": dict(states),
        "kills": sum(run.crashes for run in ended),
        "asked": str(sum((run.asked for run in ended), Decimal(0))),
        "spent": str(sum((run.spent for run in ended), Decimal(0))),
        "confirmed": str(sum((run.confirmed for run in ended), Decimal(0))),
        "leftToAPerson": str(sum((run.left for run in ended), Decimal(0))),
        "overspent": sum(run.exceeds for run in ended),
        "notAccountedFor": sum(not run.holds for run in ended),
        "withoutLookup": {"runs": len(mutated), "overspent": sum(run.exceeds for run in mutated)},
        "seconds": round(seconds, 1),
    }


def write(found: dict[str, Any], file: Path = FILE) -> None:
    """Put the figures beside those of `make faults`."""
    whole = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(whole | {"orders": found}, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """0 if every run held and the mutation was caught."""
    parser = argparse.ArgumentParser(prog="make faults-orders", description=__doc__)
    parser.add_argument("--runs", type=int, default=LEAST_RUNS)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    options = parser.parse_args()
    started = time.monotonic()
    systematic = every_boundary()
    chance = by_chance(max(options.runs - len(systematic), 1), options.seed)
    print(f"seed {options.seed}: every boundary ({len(systematic)} runs), then at random ({len(chance)} runs)")
    ended = run_on_all_cores([*systematic, *chance])
    for run in ended:
        if not run.holds:
            print(f"  FAILED {run}")
    mutated = run_all(by_chance(MUTATED_RUNS, options.seed), lookup=False)
    found = figures(options.seed, ended, mutated, time.monotonic() - started)
    print(json.dumps(found, indent=2))
    write(found)
    caught = found["withoutLookup"]["overspent"] > 0
    print("held" if found["notAccountedFor"] == 0 and caught else "FAILED")
    return 0 if found["notAccountedFor"] == 0 and caught else 1


if __name__ == "__main__":
    sys.exit(main())
