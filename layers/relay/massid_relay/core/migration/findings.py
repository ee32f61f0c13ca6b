"""What an upgrade found and did, by field path. Only words of our own vocabulary are quoted (invariant 7)."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from massid_relay.core.errors import FieldProblem
from massid_relay.core.jsons import JsonObject
from massid_relay.core.migration.vocabulary import OPEN

_ATTRIBUTE = re.compile(r"(?P<list>events\.\d+\.metadata\.attributes)\.(?P<number>\d+)(?P<rest>.*)", re.DOTALL)


class OldForms(StrEnum):
    """What a worker does with a message in an older form."""

    REFUSE = "refuse"
    UPGRADE = "upgrade"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing brought up to date. `path` is that of the message as it came; `spelling`: just another way to write today's
    form, which is taken under every setting."""

    path: str
    old: str
    new: str
    spelling: bool = False

    @property
    def problem(self) -> FieldProblem:
        """As a refusal tells it."""
        return FieldProblem(self.path, f"is the old form: {self.old} is now {self.new}")


@dataclass(frozen=True, slots=True)
class Left:
    """One thing in an older form that can't be upgraded with certainty: a person has to look."""

    path: str
    old: str
    why: str

    @property
    def problem(self) -> FieldProblem:
        """As a refusal tells it."""
        return FieldProblem(self.path, self.why)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A message in today's form, as far as that is certain."""

    message: JsonObject
    changes: tuple[Change, ...] = ()
    left: tuple[Left, ...] = ()
    removed: tuple[str, ...] = ()
    """Paths of attributes that are gone: those behind them moved up."""

    @property
    def old_forms(self) -> tuple[Change, ...]:
        """Changes that a stack has to allow."""
        return tuple(change for change in self.changes if not change.spelling)

    @property
    def opened(self) -> str | None:
        """The path of the OPEN that became the Pick-up, if there is one."""
        return next((change.path for change in self.changes if change.old == OPEN), None)

    def problems(self, policy: OldForms) -> list[FieldProblem]:
        """What that policy does not let in."""
        refused = [change.problem for change in self.old_forms] if policy is OldForms.REFUSE else []
        return refused + [left.problem for left in self.left]

    def as_sent(self, path: str) -> str:
        """A path inside the upgraded message as it was in the message that came."""
        found = _ATTRIBUTE.fullmatch(path)
        if found is None or not self.removed:
            return path
        number = int(found["number"])
        for gone in sorted(int(place) for place in self._removed_from(found["list"])):
            number += gone <= number
        return f"{found['list']}.{number}{found['rest']}"

    def _removed_from(self, attributes: str) -> list[str]:
        return [path.rpartition(".")[2] for path in self.removed if path.rpartition(".")[0] == attributes]


@dataclass(slots=True)
class Notes:
    """What an upgrade has found so far."""

    changes: list[Change] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
