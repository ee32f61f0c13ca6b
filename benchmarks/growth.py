"""Whether the work per MassID stays the same when there is ten times more of it: fed with at most fifty open at a time, the
sandbox's rate out of the way, participants known."""

from massid_local.carrot_sandbox import SandboxSettings

from benchmarks.fleet import UNPACED, Usage, counting_fleet, reference_massids
from benchmarks.rows import Figure, Row, at_most

SIZES, SIZES_FULL = (50, 500), (1_000, 10_000)
WARM_UP = 10
"""Submissions before anything counts: workers start, and the generator's participants become known."""
AIM = 1.1
SECONDS_EACH = 3.0
"""Patience: far more than one takes."""


def measure(full: bool) -> list[Row]:
    """A stack of its own for each size."""
    small, large = SIZES_FULL if full else SIZES
    (few, few_seconds), (many, many_seconds) = _carried(small), _carried(large)
    aim = f"at most {AIM} of it"
    cpu = 1000 * many.cpu / large, 1000 * few.cpu / small
    requests = _work(many) / large, _work(few) / small
    pacing = many.count("dynamodb", "pacing") / large, few.count("dynamodb", "pacing") / small
    sizes = {"sizes": {"ours": large, "baseline": small}}
    return [
        Row("workers' CPU", "ms per MassID", *cpu, aim, at_most(AIM, cpu[0] / cpu[1]), details=sizes),
        Row("AWS requests", "per MassID", *requests, aim, at_most(AIM, requests[0] / requests[1]), details=sizes),
        Row("pacing's requests", "per MassID", *pacing, details=sizes),
        Row("wall time", "ms per MassID", 1000 * many_seconds / large, 1000 * few_seconds / small, details=sizes),
    ]


def _work(usage: Usage) -> int:
    """All requests but pacing's: at this rate a slot is 10 ms wide, and how many are missed tells of the machine's load only."""
    return usage.requests.total() - usage.count("dynamodb", "pacing")


def _carried(count: int) -> tuple[Usage, float]:
    with counting_fleet(UNPACED, SandboxSettings(requests_per_second=None, keep_files=False)) as fleet:
        fleet.carry(reference_massids(WARM_UP, seed=2), WARM_UP * SECONDS_EACH)
        before = fleet.usage()
        seconds = fleet.carry(reference_massids(count), count * SECONDS_EACH)
        return fleet.usage() - before, seconds


FIGURE = Figure("growth", "work per MassID at ten times the submissions", "the same stack at a tenth of it", measure)
