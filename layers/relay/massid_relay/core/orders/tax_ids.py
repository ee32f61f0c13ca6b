"""Brazilian tax ids (CPF, CNPJ) in both spellings, with their check digits.

Carbonext accumulates credits by tax id (api-docs.carbonext.com.br, b2b-api-concepts/orders) and doesn't say whether it takes
`00000000000` and `000.000.000-00` for one: so every tax id is sent in one spelling. A CNPJ may hold letters since July 2026;
a letter counts as its ASCII code less 48 (Receita Federal, Instrução Normativa RFB 2.229/2024).
"""

import re

from massid_relay.core.orders.policy import Spelling

_CPF = re.compile(r"\d{11}|\d{3}\.\d{3}\.\d{3}-\d{2}", re.ASCII)
_CNPJ = re.compile(r"[0-9A-Z]{12}\d{2}|[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-\d{2}", re.ASCII)
_CPF_LENGTH = 11


def plain(text: str) -> str | None:
    """A CPF or CNPJ without punctuation; None if it has neither form."""
    written = text.strip().upper()
    return re.sub(r"[./-]", "", written) if _CPF.fullmatch(written) or _CNPJ.fullmatch(written) else None


def spelt(digits: str, spelling: Spelling) -> str:
    """A plain CPF or CNPJ in the spelling asked for."""
    if spelling is Spelling.PLAIN:
        return digits
    if len(digits) == _CPF_LENGTH:
        return f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"
    return f"{digits[:2]}.{digits[2:5]}.{digits[5:8]}/{digits[8:12]}-{digits[12:]}"


def check_digits_hold(digits: str) -> bool:
    """Whether the last two digits of a plain CPF or CNPJ are right. One digit eleven or fourteen times is nobody's."""
    if len(set(digits)) == 1:
        return False
    base = digits[:-2]
    first = _check_digit(base)
    return digits[-2:] == first + _check_digit(base + first)


def _check_digit(base: str) -> str:
    """Weights from the right: 2, 3, 4, ... for a CPF, starting over after 9 for a CNPJ; then modulo 11."""
    cycle = 8 if len(base) >= _CPF_LENGTH + 1 else len(base)
    total = sum((ord(char) - 48) * (2 + place % cycle) for place, char in enumerate(reversed(base)))
    rest = total % 11
    return "0" if rest < 2 else str(11 - rest)
