"""Samples on disk."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import simplejson
from massid_relay.core.jsons import dumps

from massid_local.samples.generator import SampleMassID


def pretty(value: Any) -> str:
    """JSON for people, with a line break at its end. Decimals are written as the numbers they are."""
    return simplejson.dumps(value, use_decimal=True, allow_nan=False, ensure_ascii=False, indent=2) + "\n"


def write_ndjson(samples: Iterable[SampleMassID], path: Path) -> None:
    """One submission a line, without the files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as lines:
        lines.writelines(dumps(one.submission) + "\n" for one in samples)


def write_folder(samples: Iterable[SampleMassID], folder: Path) -> None:
    """`submissions/<external id>.json`, and `evidence/<external id>/<file name>` as the evidence bucket has it."""
    submissions = folder / "submissions"
    submissions.mkdir(parents=True, exist_ok=True)
    for one in samples:
        (submissions / f"{one.external_id}.json").write_text(pretty(one.submission), encoding="utf-8")
        evidence = folder / "evidence" / one.external_id
        evidence.mkdir(parents=True, exist_ok=True)
        for file in one.files:
            (evidence / file.name).write_bytes(file.render())
