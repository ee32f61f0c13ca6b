"""sweep: every few minutes, wakes what a lost nudge left waiting and buries what has waited too long."""

from dataclasses import asdict
from typing import Any

from massid_relay.bootstrap import relay_for
from massid_relay.work.sweep import sweep


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A schedule's event in, the counts of one sweep out."""
    return asdict(sweep(relay_for(context)))
