"""Reads the fields of a Brazilian transport manifest (MTR) or final destination certificate (CDF) from its text.

Patterns follow the wording of SINIR's papers, which the auditor's extractors know as `mtr-sinir` and `cdf-sinir`. A field that
isn't found stays None: nothing is guessed.
Source: methodology-rules libs/shared/document-extractor/src (which fields exist).
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

_DAY = r"([0-9]{2}/[0-9]{2}/[0-9]{4})"
_TAX_ID = re.compile(r"(?:cpf/cnpj|cnpj|cpf)\s*:?\s*([0-9][0-9./-]{9,17}[0-9])", re.IGNORECASE)
_SECTION = r"identificacao do {}(.*?)(?=identificacao d|\Z)"
_QUANTITY = re.compile(r"([0-9][0-9.]*(?:,[0-9]+)?)\s*(kg|toneladas?|t)\b", re.IGNORECASE)
_WASTE = re.compile(r"([0-9]{2} ?[0-9]{2} ?[0-9]{2})\s*\*?\s*-\s*([^\n]+)")
_KILOGRAMS_PER_TONNE = 1000


@dataclass(frozen=True, slots=True)
class ManifestFields:
    """What the paper says. Tax ids as printed, quantity in kg."""

    number: str | None = None
    issued: date | None = None
    generator_tax_id: str | None = None
    hauler_tax_id: str | None = None
    recycler_tax_id: str | None = None
    plate: str | None = None
    transported: date | None = None
    received: date | None = None
    period: tuple[date, date] | None = None
    waste_code: str | None = None
    waste_description: str | None = None
    quantity_kg: Decimal | None = None
    transport_numbers: tuple[str, ...] | None = None


def read_transport_manifest(text: str) -> ManifestFields:
    """The fields of an MTR."""
    plain = _without_accents(text)
    return ManifestFields(
        number=_found(plain, r"\bmtr\s*n[^0-9a-z\n]{0,3}o?[^0-9a-z\n]*([0-9][0-9a-z./-]*)"),
        issued=_day(plain, r"data d[ea] emissao\s*:?\s*" + _DAY),
        generator_tax_id=_tax_id(_section(plain, "gerador")),
        hauler_tax_id=_tax_id(_section(plain, "transportador")),
        recycler_tax_id=_tax_id(_section(plain, "destinador") or _section(plain, "destinatario")),
        plate=_found(plain, r"placa(?: do veiculo)?\s*:?[ \t]*([A-Z0-9][A-Z0-9 /-]{5,9})"),
        transported=_day(plain, r"data d[eo] transporte\s*:?\s*" + _DAY),
        received=_day(plain, r"data d[eo] recebimento\s*:?\s*" + _DAY),
        waste_code=_waste(plain, 1),
        waste_description=_waste(plain, 2),
        quantity_kg=_quantity(plain),
    )


def read_recycling_manifest(text: str) -> ManifestFields:
    """The fields of a CDF."""
    plain = _without_accents(text)
    declaration = re.search(r"declaracao(.*)", plain, re.IGNORECASE | re.DOTALL)
    return ManifestFields(
        number=_found(plain, r"\bcdf\s*n[^0-9a-z\n]{0,3}o?[^0-9a-z\n]*([0-9][0-9a-z./-]*)"),
        issued=_day(declaration.group(1) if declaration else "", r",\s*" + _DAY),
        generator_tax_id=_tax_id(_section(plain, "gerador")),
        recycler_tax_id=_found(plain, r"cpf/cnpj\s*:?\s*([0-9][0-9./-]{9,17}[0-9]),?\s*certifica"),
        period=_period(plain),
        waste_code=_waste(plain, 1),
        waste_description=_waste(plain, 2),
        quantity_kg=_quantity(plain),
        transport_numbers=_transport_numbers(plain),
    )


def _without_accents(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


def _found(text: str, pattern: str) -> str | None:
    match = re.search(pattern, text, re.IGNORECASE)
    return match.group(1).strip() if match else None


def _section(text: str, whose: str) -> str:
    match = re.search(_SECTION.format(whose), text, re.IGNORECASE | re.DOTALL)
    return match.group(1) if match else ""


def _tax_id(section: str) -> str | None:
    match = _TAX_ID.search(section)
    return match.group(1) if match else None


def _day(text: str, pattern: str) -> date | None:
    return _as_day(_found(text, pattern))


def _as_day(written: str | None) -> date | None:
    if not written:
        return None
    day, month, year = (int(part) for part in written.split("/"))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _period(text: str) -> tuple[date, date] | None:
    match = re.search(r"periodo\s*:?\s*" + _DAY + r"\s*(?:a|ate|-)\s*" + _DAY, text, re.IGNORECASE)
    begin, end = (_as_day(match.group(1)), _as_day(match.group(2))) if match else (None, None)
    return (begin, end) if begin and end else None


def _only_waste(text: str) -> re.Match[str] | None:
    """The one waste row of the paper; of several none, since which of them counts is not known here."""
    rows = list(_WASTE.finditer(_residues(text)))
    return rows[0] if len(rows) == 1 else None


def _residues(text: str) -> str:
    match = re.search(r"identificacao dos residuos(.*?)(?=declaracao|\Z)", text, re.IGNORECASE | re.DOTALL)
    return match.group(1) if match else ""


def _waste(text: str, group: int) -> str | None:
    row = _only_waste(text)
    return row.group(group).strip() if row else None


def _quantity(text: str) -> Decimal | None:
    rows = list(_QUANTITY.finditer(_residues(text)))
    if len(rows) != 1:
        return None
    try:
        amount = Decimal(rows[0].group(1).replace(".", "").replace(",", "."))
    except InvalidOperation:
        return None
    return amount if rows[0].group(2).lower() == "kg" else amount * _KILOGRAMS_PER_TONNE


def _transport_numbers(text: str) -> tuple[str, ...] | None:
    match = re.search(
        r"manifestos incluidos\s*:?(.*?)(?=nome do responsavel|sistema mtr|\Z)", text, re.IGNORECASE | re.DOTALL
    )
    numbers = re.findall(r"[0-9]{4,}", match.group(1)) if match else []
    return tuple(numbers) or None
