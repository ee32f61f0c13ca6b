"""Which runs prove what: every boundary once, then chance; and for each mutation, runs that must fail."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from tests.faults.boundaries import kind_of
from tests.faults.plan import Plan, at_boundary, at_random

SYSTEMATIC = ("lifecycle", "granular", "hole")
"""One worker, no faults: whatever goes wrong is the kill's doing."""
CHANCE = ("lifecycle", "granular", "resubmission", "hole", "pair")
"""Everything at once."""


def every_boundary(recorded: Mapping[str, Sequence[str]]) -> list[Plan]:
    """One run for each boundary that a recording run of each scenario met."""
    numbers = count()
    return [at_boundary(scenario, name, next(numbers)) for scenario, names in recorded.items() for name in names]


def every_kind(recorded: Mapping[str, Sequence[str]]) -> list[Plan]:
    """The short version: of each kind of boundary the first one."""
    first: dict[str, Plan] = {}
    for plan in every_boundary(recorded):
        first.setdefault(kind_of(plan.kill_at or ""), plan)
    return list(first.values())


def poisoned() -> list[Plan]:
    """Every worker dies over the same thing: what can go on goes on, and the rest is a dead letter that says WorkerCrashed."""
    return [
        Plan("lifecycle", poison="carrot.batch:before"),
        Plan("lifecycle", poison="carrot.batch:late"),
        Plan("lifecycle", poison="carrot.batch:effect"),
        Plan("lifecycle", poison="carrot.append:effect"),
        Plan("crashing create", poison="carrot.create:before"),
        Plan("crashing close", poison="carrot.append:before"),
    ]


def outages() -> list[Plan]:
    """Three days in which every write fails, from the moment that files or events go out."""
    days = 3 * 86_400.0
    kinds = ((0.6, "503-json-before"), (0.6, "broken-before"), (1.5, "504-text-after"))
    return [Plan("lifecycle", sandbox={"fault_weights": {kind: 1}}, outage=(start, days)) for start, kind in kinds]


def again(name: str) -> Plan:
    """The plan of that name. Raises ValueError if it is none."""
    scenario, boundary, seed = name.split("/")
    if boundary.startswith("outage"):
        return next(plan for plan in outages() if str(plan) == name)
    if "#" in boundary:
        return at_boundary(scenario, boundary, int(seed))
    return Plan(scenario, poison=boundary) if boundary else at_random(CHANCE, int(seed))


def random_plans(how_many: int, seed: int) -> list[Plan]:
    """Runs that follow from a seed each."""
    return [at_random(CHANCE, seed + number) for number in range(how_many)]


def against(mutation: str, seed: int) -> Iterator[Plan]:
    """Runs in which a mutation has its chance to do harm: the kind that harms most first."""
    if mutation == "hold on a hole off":
        yield Plan("hole")
    if mutation == "leases taken over at once":
        yield from (Plan("lifecycle", seed=seed + number, workers=4, duplicates=1, latency=5) for number in range(10))
    if mutation == "leases never taken over":
        yield at_boundary("lifecycle", "carrot.create#1:effect", 0)
    yield from random_plans(20, seed)
