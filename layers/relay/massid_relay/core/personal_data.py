"""Whether a text seems to hold personal data: a licence plate, a tax id, an e-mail address, a phone number.

Only forms count that ordinary numbers don't have. What it is wrong about costs a reader a minute; what it overlooks may stand on
the network for ever, but a warning that cries wolf is read by nobody.
"""

import re
from enum import StrEnum

from massid_relay.core.orders.tax_ids import check_digits_hold, plain


class Kind(StrEnum):
    """What a text seems to hold."""

    PLATE = "a licence plate"
    CPF = "a CPF"
    CNPJ = "a CNPJ"
    EMAIL = "an e-mail address"
    PHONE = "a phone number"


# Plates: AAA9A99 since 2018 (Mercosul), AAA-9999 before. The older form is that of many other codes too, so it counts in
# capitals only, and not for what is known to be something else (ISO 9001, MTR-2024, SET-2025).
_MERCOSUL = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{3}-?[0-9][A-Za-z][0-9]{2}(?![A-Za-z0-9])")
_OLD_PLATE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{3}-?[0-9]{4}(?![A-Za-z0-9]|[-.,/][0-9])")
_NAMED_PLATE = re.compile(
    r"\b(?:placas?|plates?)\b[^A-Za-z0-9]{0,5}[A-Z]{3}[ -]?[0-9][A-Z0-9][0-9]{2}(?![A-Z0-9])", re.IGNORECASE
)
_OTHER_CODE = re.compile(
    r"CDF|CEP|CTE|CTR|DOF|EFB|ISO|KWH|LER|LOT|MTR|NBR|NFE|NFS|OEM|PET|PEV|RAL|RDC|REF|REV|SKU|TON|VER"
    r"|(?:JAN|FEV|FEB|MAR|ABR|APR|MAI|MAY|JUN|JUL|AGO|AUG|SET|SEP|OUT|OCT|NOV|DEZ|DEC)-?(?:19|20)[0-9]{2}"
)

# Tax ids: with all their signs they are unmistakable; with fewer, only if the check digits are right.
_SIGNED_CPF = re.compile(r"(?<![0-9.])[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![0-9])")
_SIGNED_CNPJ = re.compile(
    r"(?<![0-9A-Z.])[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2}(?![0-9])", re.IGNORECASE
)
_BARE_CPF = re.compile(r"(?<![0-9A-Za-z.,/-])[0-9]{9}-?[0-9]{2}(?![0-9A-Za-z]|[-.,/][0-9])")
_BARE_CNPJ = re.compile(r"(?<![0-9A-Za-z.,/-])[0-9]{8}/?[0-9]{4}-?[0-9]{2}(?![0-9A-Za-z]|[-.,/][0-9])")
_NAMED_CNPJ = re.compile(r"\bcnpj\b[^A-Z0-9]{0,5}([0-9A-Z]{8}/?[0-9A-Z]{4}-?[0-9]{2})(?![0-9A-Z])", re.IGNORECASE)
_SIGNS = re.compile(r"[./-]")

_WORTH_A_LOOK = re.compile(r"[0-9].*[0-9]|@", re.DOTALL)
"""Most texts are done with after this."""
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![0-9])(?:\+55[ -]?)?\([0-9]{2}\) ?9? ?[0-9]{4}[- ]?[0-9]{4}(?![0-9])"
    r"|(?<![0-9])\+55[ -]?[0-9]{2}[ -]?9?[0-9]{4}[- ]?[0-9]{4}(?![0-9])"
)


def kinds_in(text: str, *, bare_numbers: bool = True, old_plates: bool = True) -> list[Kind]:
    """What a text seems to hold.

    `bare_numbers`: whether eleven or fourteen digits alone may be a tax id. `old_plates`: whether AAA-9999 may be a plate.
    """
    if _WORTH_A_LOOK.search(text) is None:
        return []
    seems = {
        Kind.PLATE: holds_plate(text, old=old_plates),
        Kind.CPF: _holds(text, _SIGNED_CPF, _BARE_CPF if bare_numbers else None),
        Kind.CNPJ: _holds(text, _SIGNED_CNPJ, _BARE_CNPJ if bare_numbers else None) or _names_cnpj(text),
        Kind.EMAIL: _EMAIL.search(text) is not None,
        Kind.PHONE: _PHONE.search(text) is not None,
    }
    return [kind for kind, found in seems.items() if found]


def holds_plate(text: str, *, old: bool = True) -> bool:
    """Whether a Brazilian licence plate seems to be in it."""
    if _MERCOSUL.search(text) or _NAMED_PLATE.search(text):
        return True
    return old and any(_OTHER_CODE.match(code) is None for code in _OLD_PLATE.findall(text))


def _holds(text: str, signed: re.Pattern[str], bare: re.Pattern[str] | None) -> bool:
    """A number of one repeated digit, as in a form's placeholder, is nobody's."""
    if any(len(set(_SIGNS.sub("", written))) > 1 for written in signed.findall(text)):
        return True
    return bare is not None and any(map(_is_valid, bare.findall(text)))


def _names_cnpj(text: str) -> bool:
    """A bare CNPJ with letters (since July 2026) looks like any code, so it counts only where it is named."""
    return any(map(_is_valid, _NAMED_CNPJ.findall(text)))


def _is_valid(written: str) -> bool:
    digits = plain(_SIGNS.sub("", written))
    return digits is not None and check_digits_hold(digits)
