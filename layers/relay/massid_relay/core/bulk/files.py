"""The convention of bulk files: `bulk/{file name}`, its ending says the format, and where the reports lie."""

import hashlib
from enum import StrEnum

from massid_relay.core.errors import BulkRefused, FieldProblem
from massid_relay.core.evidence import wrong_with_name

PREFIX = "bulk/"
REPORTS = "bulk-reports/"
"""Not under `bulk/`: a report written under the prefix that triggers a run would trigger one itself."""

GONE = "this version of the file is not in the bucket any more"


class Format(StrEnum):
    """What a bulk file holds."""

    NDJSON = "ndjson"
    CSV = "csv"


_ENDINGS = {".ndjson": Format.NDJSON, ".jsonl": Format.NDJSON, ".csv": Format.CSV}


def bulk_key(name: str) -> str:
    """The object's key."""
    return f"{PREFIX}{name}"


def format_of(name: str) -> Format:
    """What the name's ending says. Raises BulkRefused."""
    wrong = wrong_with_name(name)
    if wrong:
        raise _refused(wrong)
    for ending, found in _ENDINGS.items():
        if name.lower().endswith(ending):
            return found
    raise _refused(f"the file name must end in {', '.join(_ENDINGS)}")


def run_id(name: str, object_version: str) -> str:
    """Names one version of one file, the same for every notification of it."""
    return hashlib.sha256(f"{name}\x1f{object_version}".encode()).hexdigest()[:16]


def report_key(name: str, run: str) -> str:
    """Where the report of that run lies."""
    return f"{REPORTS}{name}.{run}.json"


def refused_key(name: str, run: str, part: int) -> str:
    """Where one part of the refused lines lies. Parts count from 1, and their keys sort as they do."""
    return f"{REPORTS}{name}.{run}/refused-{part:06}.ndjson"


def _refused(problem: str) -> BulkRefused:
    return BulkRefused(problem, fields=[FieldProblem("Records.0.s3.object.key", problem)])
