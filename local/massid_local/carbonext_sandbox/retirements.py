"""VERRA's side: credits accumulate by tax id, and whole VCUs are retired as soon as there are any (b2b-api-concepts/orders)."""

from collections import defaultdict
from decimal import Decimal


class Retirements:
    """What is accumulated and what was retired, by tax id."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._retired: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, tax_id: str, vcus: Decimal) -> None:
        """A paid order: its credits are collected, and the whole VCUs among them are retired in one retirement."""
        self._waiting[tax_id] += vcus
        whole = int(self._waiting[tax_id])
        if whole:
            self._waiting[tax_id] -= whole
            self._retired[tax_id].append(whole)

    def shown(self) -> dict[str, dict[str, object]]:
        """By tax id: what waits for a whole VCU, and each retirement."""
        return {
            tax_id: {"waiting": waits, "retirements": self._retired[tax_id]} for tax_id, waits in self._waiting.items()
        }
