"""AWS list price of a million reference MassIDs: what was counted, times prices.json. Ours against the literal design: one state
per API call, each a function with the idempotency decorator.

Both meet a platform that answers after 300 ms. Memory is 512 MB on both sides. Left out on both: logs, storage, the integrator's
own requests. Ours includes the waiting for slots, which Lambda bills; the literal design paces nothing, and its 429s are not
counted against it.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from massid_local.carrot_sandbox import SandboxSettings

from benchmarks.fleet import Fleet, Usage, counting_fleet, reference_massids
from benchmarks.literal_design import carry_literally
from benchmarks.rows import Figure, Row, at_most

COUNT, COUNT_FULL = 20, 400
WARM_UP = 8
LATENCY_MS = 300
GIGABYTES = 0.5
AIM = 1 / 3
SECONDS_EACH = 4.0
FIFO = "AppendEvents"
"""The function on the FIFO queue."""
STREAMED = "Announce"
"""The function on the ledger's stream."""


@dataclass(frozen=True, slots=True)
class Used:
    """What one MassID uses of what AWS bills."""

    transitions: float
    invocations: float
    billed_seconds: float
    write_units: float
    read_units: float
    sqs: float = 0
    sqs_fifo: float = 0
    s3: float = 0
    secrets: float = 0
    entries: float = 0

    def priced(self) -> dict[str, float]:
        """Dollars per million MassIDs, by service."""
        prices: Any = json.loads((Path(__file__).parent / "prices.json").read_text(encoding="utf-8"))

        def dollars(name: str, count: float) -> float:
            return float(count * prices[name]["perMillion"])

        lambda_ = dollars("lambdaRequest", self.invocations) + dollars(
            "lambdaGbSecondArm", self.billed_seconds * GIGABYTES
        )
        return {
            "Step Functions": dollars("stateTransition", self.transitions),
            "Lambda": lambda_,
            "DynamoDB": dollars("dynamodbWriteUnit", self.write_units) + dollars("dynamodbReadUnit", self.read_units),
            "SQS": dollars("sqsRequest", self.sqs) + dollars("sqsFifoRequest", self.sqs_fifo),
            "S3 and secrets": dollars("s3Get", self.s3) + dollars("secretRequest", self.secrets),
            "EventBridge": dollars("eventBridgeEvent", self.entries),
        }


def measure(full: bool) -> list[Row]:
    """The total has the aim; the services show where it comes from."""
    ours, literal = _ours(COUNT_FULL if full else COUNT), carry_literally(reference_massids(1)[0], LATENCY_MS)
    rival = Used(**literal)
    our_dollars, rival_dollars = ours.priced(), rival.priced()
    totals = sum(our_dollars.values()), sum(rival_dollars.values())
    used = {"used": {"ours": _shown(ours), "baseline": _shown(rival)}}
    total = Row(
        "in all", "$ per million", *totals, "at most a third", at_most(AIM, totals[0] / totals[1]), details=used
    )
    return [total, *(Row(name, "$ per million", our_dollars[name], rival_dollars[name]) for name in our_dollars)]


def _shown(used: Used) -> dict[str, float]:
    return {name: round(getattr(used, name), 3) for name in Used.__dataclass_fields__}


def _ours(count: int) -> Used:
    sandbox = SandboxSettings(latency_ms=LATENCY_MS, keep_files=False)
    with counting_fleet({"CarrotRequestsPerSecond": "10"}, sandbox) as fleet:
        fleet.carry(reference_massids(WARM_UP, seed=2), WARM_UP * SECONDS_EACH)
        before = fleet.usage()
        fleet.carry(reference_massids(count), count * SECONDS_EACH)
        return _of_each(fleet, fleet.usage() - before, count)


def _of_each(fleet: Fleet, usage: Usage, count: int) -> Used:
    """Lambda's pollers receive and delete once per invocation, and read the ledger's stream for nothing; the state machine
    sends one message per step."""
    states = fleet.states_entered()
    steps, fifo_steps = (sum(name in names for name in states) for names in (STANDARD_STEPS, FIFO_STEPS))
    fifo_invocations = usage.invocations[FIFO]
    invocations = usage.invocations.total()
    from_standard = invocations - fifo_invocations - usage.invocations[STREAMED]
    notifications = 3
    return Used(
        transitions=len(states),
        invocations=invocations / count,
        billed_seconds=usage.billed / count,
        write_units=usage.write_units / count,
        read_units=usage.read_units / count,
        sqs=(usage.count("sqs", "-") + 2 * from_standard) / count + steps + notifications + 1,
        sqs_fifo=(usage.count("sqs", "fifo") + 2 * fifo_invocations) / count + fifo_steps,
        s3=usage.count("s3") / count,
        secrets=usage.count("secretsmanager") / count,
        entries=usage.entries / count,
    )


STANDARD_STEPS = {"Create Document", "Await Evidence", "Place Order"}
FIFO_STEPS = {"Append Events", "Verify and Close", "Cancel Document"}

FIGURE = Figure(
    "price", "AWS list price of a million MassIDs", "one state per API call, decorator idempotency", measure
)
