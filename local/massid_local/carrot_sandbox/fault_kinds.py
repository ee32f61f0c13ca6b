"""The kinds of fault that the sandbox can deal out."""

from dataclasses import dataclass
from itertools import product
from typing import Literal


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind. `when` says whether the request takes its effect before the fault or never.

    `answer`: an error status, with the vendor's JSON body or with a proxy's HTML. `hold`: no answer at all. `break`: the
    connection is closed without an answer. `truncate`: it is closed in the middle of one. `slow`: the right answer, late.
    """

    name: str
    act: Literal["answer", "hold", "break", "truncate", "slow"]
    when: Literal["before", "after"]
    status: int = 0
    as_json: bool = True


def _answers() -> list[Fault]:
    forms = product((500, 502, 503, 504), (("json", True), ("text", False)), ("before", "after"))
    return [
        Fault(f"{status}-{form}-{when}", "answer", "before" if when == "before" else "after", status, as_json)
        for status, (form, as_json), when in forms
    ]


CHANCE_KINDS = (
    *_answers(),
    Fault("timeout-after", "hold", "after"),
    Fault("broken-before", "break", "before"),
    Fault("broken-after", "break", "after"),
    Fault("truncated-after", "truncate", "after"),
    Fault("slow", "slow", "after"),
)
"""What chance deals out to writes."""

SCRIPTED_KINDS = (
    Fault("timeout-before", "hold", "before"),
    Fault("unauthorized", "answer", "before", 401),
    Fault("pending", "answer", "before", 409),
    Fault("throttled", "answer", "before", 429),
)
"""What only a test asks for, by name."""

FAULT_KINDS = {fault.name: fault for fault in (*CHANCE_KINDS, *SCRIPTED_KINDS)}
