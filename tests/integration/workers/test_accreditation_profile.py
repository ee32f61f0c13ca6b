"""A stack that names an accreditation profile decides more of preflight's rules, for one read in a container's life."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from massid_local.samples import generate
from massid_local.samples.profile import accreditation_profile
from massid_local.samples.write_events import EVENTS_DAY
from massid_relay.core.jsons import dumps

from tests.integration.workers.bench import SUBMISSIONS, Bench

KEY = "preflight/plant-1.json"
SAMPLES = [sample.submission for sample in generate(2, 1, EVENTS_DAY)]
PROFILE = accreditation_profile(EVENTS_DAY)
NOBODY = PROFILE | {"accreditations": []}
"""A complete profile: who isn't in it has no accreditation."""


@pytest.fixture
def make(new_bench: Callable[..., Bench]) -> Callable[[Any], Bench]:
    """A stack with that profile in its bucket, on the day of the samples."""

    def made(profile: Any, key: str = KEY) -> Bench:
        bench = new_bench(ACCREDITATION_PROFILE_KEY=key, PREFLIGHT_POLICY="refuse")
        bench.clock.move_to(datetime(EVENTS_DAY.year, EVENTS_DAY.month, EVENTS_DAY.day, tzinfo=UTC))
        bench.s3.put_object(Bucket=bench.name, Key=KEY, Body=dumps(profile))
        return bench

    return made


def test_who_is_accredited_passes(make: Callable[[Any], Bench]) -> None:
    bench = make(PROFILE)
    bench.send(SUBMISSIONS, SAMPLES[0])
    bench.run()

    assert bench.dead == []
    assert len(bench.steps.executions) == 1


def test_who_is_not_is_refused_before_anything_is_sent(make: Callable[[Any], Bench]) -> None:
    """Without the profile nobody could have known."""
    bench = make(NOBODY)
    bench.send(SUBMISSIONS, SAMPLES[0])
    bench.run()

    (letter,) = bench.letters()
    assert letter.error_type == "RefusedByPreflight"
    assert any("participant-accreditations" in field.problem for field in letter.fields)


def test_without_a_profile_nothing_is_read_and_what_needs_one_is_not_decided(make: Callable[..., Bench]) -> None:
    bench = make(NOBODY, key="")
    bench.send(SUBMISSIONS, SAMPLES[0])
    bench.run()

    assert bench.dead == []


def test_it_is_read_once_in_a_containers_life(make: Callable[[Any], Bench]) -> None:
    bench = make(PROFILE)
    bench.send(SUBMISSIONS, SAMPLES[0])
    bench.run()
    bench.s3.delete_object(Bucket=bench.name, Key=KEY)
    bench.send(SUBMISSIONS, SAMPLES[1])
    bench.run()

    assert bench.dead == []
    assert len(bench.steps.executions) == 2


@pytest.mark.parametrize("profile", [{"version": 1, "accreditation": []}, "no profile"], ids=["misspelt", "a text"])
def test_while_it_is_none_submissions_wait_and_none_is_blamed(make: Callable[[Any], Bench], profile: Any) -> None:
    """The setting is at fault: nothing is dead, and nothing goes out unchecked."""
    bench = make(profile)
    bench.send(SUBMISSIONS, SAMPLES[0])
    bench.run(ends=bench.clock.now() + timedelta(hours=1))
    assert bench.dead == []
    assert not bench.steps.executions

    bench.s3.put_object(Bucket=bench.name, Key=KEY, Body=dumps(PROFILE))
    bench.run()
    assert len(bench.steps.executions) == 1
