"""The Brazilian list of solid wastes (Ibama) with the CDM class that the auditor gives each code.

The table is `ibama_codes.tsv` beside this file: 214 codes, of which 154 agree with some MassID subtype.
Source: methodology-rules libs/shared/methodologies/bold/utils/src/waste-classification.constants.ts.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from massid_relay.preflight.jsvalues import JS_SPACE, is_filled

_WITHOUT_SPACE = str.maketrans("", "", JS_SPACE)


@dataclass(frozen=True, slots=True)
class WasteCode:
    """One code of the list. `subtype` is the MassID subtype it goes with, None if there is none."""

    code: str
    cdm_code: str
    subtype: str | None
    description: str


@cache
def waste_codes() -> dict[str, WasteCode]:
    """The table, keyed by the code without spaces (`200302`)."""
    text = resources.files(__package__).joinpath("ibama_codes.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    codes = [
        WasteCode(row["ibama_code"], row["cdm_code"], row["accepted_subtype"] or None, row["official_description_pt"])
        for row in rows
    ]
    return {entry.code.translate(_WITHOUT_SPACE): entry for entry in codes}


def find_waste_code(value: Any) -> WasteCode | None:
    """The entry whose code equals the text but for white space. `20 03 02` and `200302` are found, `20.03.02` isn't."""
    return waste_codes().get(value.translate(_WITHOUT_SPACE)) if is_filled(value) else None
