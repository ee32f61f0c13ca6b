"""The figures of `make faults`: build/faults.json, and the same for people."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.faults.boundaries import kind_of
from tests.faults.description import ROOT
from tests.faults.findings import Fault
from tests.faults.runner import Caught, Ended

FILE = ROOT / "build" / "faults.json"
OUTSIDE = {"lost": Fault.LOST, "doubled": Fault.DOUBLED, "outOfOrder": Fault.OUT_OF_ORDER}


class Report:
    """Grows while the proof runs."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.mutations: Sequence[Caught] = ()
        self._tiers: dict[str, Sequence[Ended]] = {}
        self._started = time.monotonic()

    def tier(self, name: str, ended: Sequence[Ended]) -> None:
        """A tier is done."""
        self._tiers[name] = ended

    @property
    def holds(self) -> bool:
        """Whether everything did what it must."""
        runs = self._runs
        return not any(run.failed or run.missed for run in runs) and all(found.caught for found in self.mutations)

    def figures(self) -> dict[str, Any]:
        """What build/faults.json holds."""
        runs = self._runs
        faults = Counter(finding.fault for run in runs for finding in run.findings)
        boundaries = Counter(kind_of(kill) for run in runs for kill in run.kills)
        return {
            "seed": self.seed,
            "runs": len(runs),
            "tiers": {name: len(ended) for name, ended in self._tiers.items()},
            "kills": sum(len(run.kills) for run in runs),
            "missed": sum(run.missed for run in runs),
            **{name: faults[fault] for name, fault in OUTSIDE.items()},
            "otherFindings": {str(f): n for f, n in sorted(faults.items()) if f not in OUTSIDE.values()},
            "broken": sum(run.error is not None for run in runs),
            "seconds": round(time.monotonic() - self._started, 1),
            "boundaries": dict(sorted(boundaries.items())),
            "mutations": {found.mutation: found.shown() for found in self.mutations},
        }

    def write(self) -> None:
        """Write build/faults.json."""
        FILE.parent.mkdir(exist_ok=True)
        before = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
        kept = {"orders": before["orders"]} if "orders" in before else {}  # those of `make faults-orders`
        FILE.write_text(json.dumps(self.figures() | kept, indent=2) + "\n", encoding="utf-8")

    def text(self) -> str:
        """The figures for people."""
        figures = self.figures()
        tiers = ", ".join(f"{count} in {name}" for name, count in figures["tiers"].items())
        lines = [
            f"{figures['runs']} runs ({tiers}), {figures['kills']} workers killed at "
            f"{len(figures['boundaries'])} kinds of boundary, {figures['missed']} missed, {figures['seconds']} s",
            f"{figures['lost']} lost, {figures['doubled']} doubled, {figures['outOfOrder']} out of order",
            *(f"{count} {fault}" for fault, count in figures["otherFindings"].items()),
        ]
        for found in self.mutations:
            how = f"caught in run {found.runs} by: {found.by}" if found.caught else f"NOT caught in {found.runs} runs"
            lines.append(f"mutation '{found.mutation}' {how}")
        return "\n".join(lines)

    @property
    def _runs(self) -> list[Ended]:
        return [run for ended in self._tiers.values() for run in ended]
