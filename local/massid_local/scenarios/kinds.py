"""The kinds of platform that scenarios run on. What Carrot's pages leave open is settled in another way by each."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, get_args

from massid_local.carrot_sandbox import SandboxSettings

Platform = Literal["same", "new"]
"""Does a participant or address that comes inline again get the same id, or a new one each time?"""
Batch = Literal["atomic", "not-atomic", "missing"]
"""The batch endpoint: all events or none; those before the refused one stay, and their deduplication ids are ignored; absent."""

PARAMETERS: Final = {
    "CarrotRequestsPerSecond": "40",
    "VisibilityDelaySeconds": "2",
    "BackoffCapSeconds": "2",
}
"""The limit is out of the way, and what waits for a delay of the platform waits shortly."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of platform, and how a stack is told of it."""

    platform: Platform = "same"
    batch: Batch = "atomic"

    def __str__(self) -> str:
        return f"{self.platform}-{self.batch}"

    def parameters(self) -> dict[str, str]:
        """Template parameters. Without the endpoint events go one by one: that is the stack's own setting."""
        return {**PARAMETERS, "CarrotBatchMode": "one-by-one" if self.batch == "missing" else "batch"}

    def sandbox(self) -> SandboxSettings:
        """The platform itself."""
        return SandboxSettings(
            repeated_inline_participant=self.platform,
            repeated_inline_address=self.platform,
            batch=self.batch,
            deduplication_in_batch="ignored" if self.batch == "not-atomic" else "honoured",
        )


def kinds() -> Iterator[Kind]:
    """All of them."""
    return (Kind(platform, batch) for platform, batch in product(get_args(Platform), get_args(Batch)))
