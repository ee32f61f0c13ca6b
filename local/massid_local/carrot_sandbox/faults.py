"""Which request meets which fault: from a script, from a deck of one each, or by seeded chance."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Protocol

from massid_local.carrot_sandbox.fault_kinds import CHANCE_KINDS, FAULT_KINDS, Fault

DECK_STRIDE = 2
"""While the deck lasts, every second write meets a fault."""


class FaultSettings(Protocol):
    """What a sandbox's settings say about chance."""

    @property
    def fault_rate(self) -> float: ...

    @property
    def fault_weights(self) -> Mapping[str, float]: ...

    @property
    def each_fault_first(self) -> bool: ...


@dataclass(slots=True)
class ScriptedFault:
    """The next `times` requests that match meet this fault. `path` is a shell pattern over the path without prefix."""

    kind: str
    method: str | None = None
    path: str = "*"
    times: int = 1
    document: str | None = None
    """A document's external id: only its own requests are meant."""

    def matches(self, method: str, path: str, document: str | None) -> bool:
        """Whether a request is meant. `document` is the external id of the document that it is about, if known."""
        if self.document not in (None, document):
            return False
        return self.method in (None, method) and fnmatchcase(path, self.path)


class FaultPlan:
    """Decides request by request. Chance depends on the seed, the operation and the number of its attempt alone, so a run
    repeats whatever the order in which requests arrive."""

    def __init__(self, seed: int | None) -> None:
        self._seed = Random(seed).getrandbits(64)
        self._script: deque[ScriptedFault] = deque()
        self._attempts: Counter[str] = Counter()
        self._deck = [fault.name for fault in CHANCE_KINDS]
        Random(seed).shuffle(self._deck)
        self._writes = 0

    def add(self, scripted: ScriptedFault) -> None:
        """Queue a fault. Raises ValueError on an unknown kind."""
        if scripted.kind not in FAULT_KINDS:
            raise ValueError("unknown kind of fault")
        self._script.append(scripted)

    @property
    def waiting(self) -> list[ScriptedFault]:
        """Scripted faults that nobody has met yet."""
        return list(self._script)

    def choose(
        self, method: str, path: str, write: str | None, settings: FaultSettings, document: str | None = None
    ) -> Fault | None:
        """The fault of this request. `write` identifies the operation if it is a write; only writes meet chance. `document`
        is the external id of the document that it is about."""
        if scripted := self._from_script(method, path, document):
            return FAULT_KINDS[scripted]
        if write is None:
            return None
        self._writes += 1
        if settings.each_fault_first and (dealt := self._from_deck(settings)):
            return FAULT_KINDS[dealt]
        return self._by_chance(write, settings) if settings.fault_rate else None

    def _from_script(self, method: str, path: str, document: str | None) -> str | None:
        for scripted in self._script:
            if scripted.matches(method, path, document):
                scripted.times -= 1
                if scripted.times <= 0:
                    self._script.remove(scripted)
                return scripted.kind
        return None

    def _from_deck(self, settings: FaultSettings) -> str | None:
        if self._writes % DECK_STRIDE:
            return None
        for dealt in self._deck:
            if not settings.fault_weights or settings.fault_weights.get(dealt, 0) > 0:
                self._deck.remove(dealt)
                return dealt
        return None

    def _by_chance(self, write: str, settings: FaultSettings) -> Fault | None:
        self._attempts[write] += 1
        random = Random(f"{self._seed}|{write}|{self._attempts[write]}")
        if random.random() >= settings.fault_rate:
            return None
        kinds, weights = _choices(settings)
        return FAULT_KINDS[random.choices(kinds, weights)[0]]


def _choices(settings: FaultSettings) -> tuple[list[str], list[float]]:
    """Without any weights all kinds of chance are equally likely; with some, only those happen."""
    weights = settings.fault_weights or {fault.name: 1 for fault in CHANCE_KINDS}
    return list(weights), list(weights.values())
