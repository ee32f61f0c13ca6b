"""What a figure is made of: rows with our value and the baseline's, measured in one run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `aim` says in words what was aimed at, `met` whether it was; None: there is no aim for it.
    `note` is what else the table shows, `details` what else build/bench.json holds."""

    what: str
    unit: str
    ours: float
    baseline: float
    aim: str = ""
    met: bool | None = None
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Ours / baseline, always."""
        return self.ours / self.baseline if self.baseline else None

    def as_json(self) -> dict[str, Any]:
        """One object of build/bench.json."""
        ratio = None if self.ratio is None else round(self.ratio, 4)
        numbers = {"ours": _short(self.ours), "baseline": _short(self.baseline), "ratio": ratio}
        judged = {"aim": self.aim, "met": self.met} if self.aim else {}
        return {"what": self.what, "unit": self.unit, **numbers, **judged, **self.details}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its key in build/bench.json, what the baseline is, and how it is measured. `full`: the whole matrix."""

    key: str
    title: str
    baseline: str
    measure: Callable[[bool], list[Row]]


def at_most(limit: float, value: float) -> bool:
    """An aim with an upper end."""
    return value <= limit


def _short(value: float) -> float:
    return round(value, 4) if abs(value) < 1000 else round(value, 1)
