"""What is installed is pinned, by hash, and says nothing of where it came from."""

import re
from pathlib import Path

import pytest

from tests.template.conftest import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)", re.MULTILINE)


def pins(lock: Path) -> dict[str, set[str]]:
    """Versions by package; a package may have one per platform."""
    found: dict[str, set[str]] = {}
    for match in PIN.finditer(lock.read_text(encoding="utf-8")):
        found.setdefault(match["name"], set()).add(match["version"])
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_file_names_no_host_and_hashes_everything(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_layer_carries_the_versions_that_the_tests_ran_with() -> None:
    """Deployed on Python 3.13, tested on whatever the machine has: no wheel may depend on the difference."""
    tested = pins(ROOT / "requirements" / "dev.txt")
    for name, versions in pins(ROOT / "requirements" / "runtime.txt").items():
        assert tested[name] == versions, name


def test_the_layer_leaves_boto3_to_the_runtime() -> None:
    """It is 20 MB and Lambda brings its own."""
    assert not {"boto3", "botocore"} & set(pins(ROOT / "requirements" / "runtime.txt"))
