"""Lets moto read the stack's clock. Import and install this before any service of moto."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import moto.core.utils

from massid_local.stack.clock import SharedOffset


def install(clock_file: Path) -> None:
    """Shift `utcnow` in moto's utilities and wherever it was already imported by name."""
    offset = SharedOffset(clock_file)

    def utcnow() -> datetime:
        return datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=offset.seconds)

    original = moto.core.utils.utcnow
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("moto") and getattr(module, "utcnow", None) is original:
            module.utcnow = utcnow  # type: ignore[attr-defined]
