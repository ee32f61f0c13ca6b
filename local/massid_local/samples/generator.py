"""From a seed and a day to samples: the same ones every time, byte for byte."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from random import Random
from typing import Final

from massid_relay.core.jsons import JsonObject

from massid_local.samples.load import Load, draw_load
from massid_local.samples.manifests import render_recycling_manifest, render_transport_manifest
from massid_local.samples.plan import Methodology, Plan, Variety, plan_demo, plan_full
from massid_local.samples.submission import write_submission
from massid_local.samples.ticket import render_ticket

MOST_SAMPLES: Final = 60_000
"""So many start times differ in seconds and milliseconds alone."""

GREATEST_SEED: Final = 999_999_999
"""Longer seeds would make external ids longer than 64 characters."""

PDF: Final = "application/pdf"
PNG: Final = "image/png"


@dataclass(frozen=True, slots=True)
class SampleFile:
    """An evidence file, drawn when asked for."""

    name: str
    content_type: str
    render: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class SampleMassID:
    """A submission, its evidence files, and the facts both were written from."""

    load: Load
    submission: JsonObject
    files: tuple[SampleFile, ...]

    @property
    def external_id(self) -> str:
        return self.load.external_id


def generate(
    count: int, seed: int, today: date, *, methodology: Methodology = "bold-recycling", variety: Variety = "demo"
) -> list[SampleMassID]:
    """`count` whole MassIDs. Seed and today fix everything; a sample does not depend on how many are asked for.

    Raises ValueError for a count above 60,000 or a seed outside 0 to 999,999,999.
    """
    if not 0 <= count <= MOST_SAMPLES:
        raise ValueError(f"count must lie between 0 and {MOST_SAMPLES}")
    if not 0 <= seed <= GREATEST_SEED:
        raise ValueError(f"seed must lie between 0 and {GREATEST_SEED}")
    return [_sample(index, seed, today, methodology, variety) for index in range(count)]


def write_sample(load: Load) -> SampleMassID:
    """The message and the files of a load."""
    return SampleMassID(load=load, submission=write_submission(load), files=_files(load))


def _sample(index: int, seed: int, today: date, methodology: Methodology, variety: Variety) -> SampleMassID:
    series = methodology.removeprefix("bold-") + ("-full" if variety == "full" else "")
    rng = Random(f"{series} {today.isoformat()} {seed} {index}")
    plan: Plan = plan_demo(rng) if variety == "demo" else plan_full(rng, index, methodology)
    external_id = f"{series}-{today:%Y%m%d}-{seed}-{index + 1:04d}"
    return write_sample(draw_load(rng, plan, external_id, index, methodology, today))


def _files(load: Load) -> tuple[SampleFile, ...]:
    files = []
    if not load.plan.transport_exempt:
        files.append(SampleFile(load.transport_file, PDF, partial(render_transport_manifest, load)))
    files.append(SampleFile(load.ticket_file, PNG, partial(render_ticket, load)))
    if not load.plan.recycling_exempt:
        files.append(SampleFile(load.recycling_file, PDF, partial(render_recycling_manifest, load)))
    return tuple(files)
