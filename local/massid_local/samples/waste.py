"""The accepted waste codes, read from the table that preflight uses (descriptions verbatim, as Ibama publishes them)."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Waste:
    """A code of the Brazilian list of solid wastes, with the one subtype that a MassID may pair it with."""

    code: str
    description: str
    subtype: str


@cache
def usable_wastes() -> dict[str, Waste]:
    """Code to waste, without the classes that no MassID subtype accepts."""
    table = resources.files("massid_relay.preflight").joinpath("ibama_codes.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {
        row["ibama_code"]: Waste(row["ibama_code"], row["official_description_pt"], row["accepted_subtype"])
        for row in rows
        if row["accepted_subtype"]
    }


@cache
def codes_of(subtype: str) -> tuple[str, ...]:
    """The codes that a subtype accepts, in the table's order."""
    return tuple(waste.code for waste in usable_wastes().values() if waste.subtype == subtype)
