"""What a run does: a scenario, where its workers die, and how the world around them behaves. All of it follows from a seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

MOST_KILLS = 2
"""The third worker that dies over one operation makes it a dead letter, as it should."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `kill_at`: a boundary by name. `poison`: a kind of boundary at which every worker dies, again and again.
    `kill_share`: how likely a worker dies at any boundary, up to MOST_KILLS times.

    `workers`: how many invocations may overlap. `duplicates`, `reorder`: see queues.py. `sandbox`: switches of the sandbox.
    `freezes`: how likely a worker stands still before an AWS call, once in an invocation.
    `latency`: how long an answer of the platform is on its way, in seconds.
    `moves`: how likely an hour passes between two invocations, so that access tokens expire.
    """

    scenario: str
    seed: int = 0
    kill_at: str | None = None
    poison: str | None = None
    kill_share: float = 0
    workers: int = 1
    duplicates: float = 0
    reorder: bool = False
    freezes: float = 0
    moves: float = 0
    latency: float = 0.06
    sandbox: Mapping[str, Any] = field(default_factory=dict)
    outage: tuple[float, float] | None = None
    """From when to when the platform fails every write, in seconds."""

    def __str__(self) -> str:
        """What `--repeat` takes; an outage always goes the same way."""
        outage = f"outage {self.sandbox.get('fault_weights')}" if self.outage else ""
        return f"{self.scenario}/{self.kill_at or self.poison or outage}/{self.seed}"


MEMORIES: tuple[dict[str, Any], ...] = (
    {},
    {"deduplication_in_batch": "ignored"},
    {"deduplication_seconds": 24 * 3600.0},
    {"deduplication_in_batch": "ignored", "deduplication_seconds": 24 * 3600.0, "batch": "not-atomic"},
)
"""What nobody states about the platform's memory: each answer is tried."""


def at_boundary(scenario: str, boundary: str, number: int) -> Plan:
    """Nothing but one kill."""
    return Plan(scenario, seed=number, kill_at=boundary, sandbox=MEMORIES[number % len(MEMORIES)])


def at_random(scenarios: tuple[str, ...], seed: int) -> Plan:
    """Kills, duplicates, disorder, expired tokens and the sandbox's faults together."""
    random = Random(f"plan {seed}")
    sandbox = dict(random.choice(MEMORIES))
    if random.random() < 0.6:
        sandbox["fault_rate"] = random.choice((0.05, 0.15, 0.3))
    if random.random() < 0.3:
        sandbox |= {"document_visible_after_seconds": 1.5, "event_visible_after_seconds": 1.5}
    if random.random() < 0.3:
        sandbox["processing_seconds"] = 3.0
    return Plan(
        scenario=random.choice(scenarios),
        seed=seed,
        kill_share=random.choice((0.01, 0.03, 0.1)),
        workers=random.choice((1, 2, 4)),
        duplicates=random.choice((0, 0.1, 0.4)),
        reorder=random.random() < 0.5,
        freezes=random.choice((0, 0, 0.02, 0.1)),
        latency=random.choice((0.06, 0.06, 1, 6)),
        moves=random.choice((0, 0, 0.05)),
        sandbox=sandbox,
    )
