"""What a scenario sees of the platform, although its faults were meant for the relay."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from massid_local.scenarios import facts
from massid_local.scenarios.stage import Stage

STAGE = cast(Stage, SimpleNamespace(shared=SimpleNamespace(stack=None)))


class Faulty:
    """A platform that breaks off its first answers."""

    def __init__(self, faults: int) -> None:
        self.left = faults

    def document(self, document_id: str) -> bytes:
        self.left -= 1
        if self.left >= 0:
            raise httpx.RemoteProtocolError("broken off")
        return f'{{"id": "{document_id}"}}'.encode()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    def reading(faults: int) -> Any:
        platform = Faulty(faults)

        @contextmanager
        def reader_of(stack: Any) -> Iterator[Faulty]:
            yield platform

        monkeypatch.setattr(facts, "reader_of", reader_of)
        return facts.read(STAGE, "one")

    return reading


@pytest.mark.parametrize("faults", [0, 1, facts.READS - 1])
def test_a_fault_that_was_left_over_is_not_seen(read: Any, faults: int) -> None:
    assert read(faults) == {"id": "one"}


def test_a_document_that_can_not_be_read_is_an_error(read: Any) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        read(facts.READS)
