"""One sandbox for a module's tests, one bench for each."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from massid_local.carbonext_sandbox import CarbonextSandboxSettings, CarbonextServer

from tests.orders.bench import BenchClock, OrdersBench, carbonext_server, orders_bench

MakeBench = Callable[..., OrdersBench]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[CarbonextServer, str, BenchClock]]:
    clock = BenchClock()
    with carbonext_server(clock) as (running, url):
        yield running, url, clock


@pytest.fixture
def make_bench(server: tuple[CarbonextServer, str, BenchClock], monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeBench]:
    """A bench with these settings of the worker (environment variables)."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    running, url, clock = server
    running.sandbox.settings = CarbonextSandboxSettings(seed=7, slow_seconds=0)
    with ExitStack() as opened:
        yield lambda **settings: opened.enter_context(orders_bench(running, url, clock, **settings))


@pytest.fixture
def bench(make_bench: MakeBench) -> OrdersBench:
    return make_bench()
