"""How alike two texts are, counted exactly as the auditor counts.

Source of the facts: methodology-rules libs/shared/helpers/src/string-comparison.helpers.ts. Texts are normalised (accents, case
and punctuation dropped, a space between letters and digits, single spaces) and compared by the Sorensen-Dice coefficient
over pairs of neighbouring characters. The spaces between words are characters too: they count in the pairs.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise

from massid_relay.preflight.jsvalues import JS_SPACE

DESCRIPTION_THRESHOLD = 0.85
ADDRESS_THRESHOLD = 0.75

_SPACE_CLASS = "".join(re.escape(space) for space in JS_SPACE)
_ACCENTS = re.compile("[\u0300-\u036f]")
_PUNCTUATION = re.compile(f"[^0-9a-z{_SPACE_CLASS}]")
_LETTER_DIGIT = re.compile("([a-z])([0-9])")
_DIGIT_LETTER = re.compile("([0-9])([a-z])")
_SPACES = re.compile(f"[{_SPACE_CLASS}]+")
_BETWEEN_DIGITS = re.compile(f"(?<=[0-9])[^0-9a-zA-Z{_SPACE_CLASS}]+(?=[0-9])")

_STREET_ABBREVIATIONS = {
    "al": "alameda",
    "alam": "alameda",
    "av": "avenida",
    "cj": "conjunto",
    "cond": "condominio",
    "est": "estrada",
    "pc": "praca",
    "pca": "praca",
    "r": "rua",
    "res": "residencial",
    "rod": "rodovia",
    "trav": "travessa",
}


@lru_cache(maxsize=2048)
def normalised(text: str) -> str:
    """The text without accents, case and punctuation, letters and digits apart, single spaces."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", text)).lower()
    plain = _PUNCTUATION.sub("", plain)
    plain = _DIGIT_LETTER.sub(r"\1 \2", _LETTER_DIGIT.sub(r"\1 \2", plain))
    return _SPACES.sub(" ", plain).strip(" ")


def dice(one: str, other: str) -> float:
    """Sorensen-Dice over character pairs, 0 to 1. Equal texts give 1, a text of fewer than two characters 0."""
    if one == other:
        return 1.0
    if len(one) < 2 or len(other) < 2:
        return 0.0
    shared = _pairs(one) & _pairs(other)
    return 2 * shared.total() / (len(one) - 1 + len(other) - 1)


def _pairs(text: str) -> Counter[str]:
    return Counter(map("".join, pairwise(text)))


def description_similarity(one: str, other: str) -> float:
    """Dice of two waste descriptions, each normalised."""
    return dice(normalised(one), normalised(other))


def normalised_address(text: str) -> str:
    """The normalised text with Brazilian street abbreviations written out and immediate repetitions dropped."""
    words = normalised(_BETWEEN_DIGITS.sub(" ", text)).split(" ")
    return " ".join(_without_echoes([_STREET_ABBREVIATIONS.get(word, word) for word in words]))


def _without_echoes(words: list[str]) -> list[str]:
    """`rua a rua a 5` becomes `rua a 5`: a run of words that repeats what stands right before it is skipped."""
    kept: list[str] = []
    position = 0
    while position < len(words):
        echo = _echo_length(kept, words, position)
        if not echo:
            kept.append(words[position])
        position += echo or 1
    return kept


def _echo_length(kept: list[str], words: list[str], position: int) -> int:
    longest = min(len(kept), len(words) - position)
    return next((run for run in range(longest, 0, -1) if kept[-run:] == words[position : position + run]), 0)


def address_similarity(one: str, other: str) -> float:
    """Dice of two addresses, each normalised as an address."""
    return dice(normalised_address(one), normalised_address(other))


def numbers_agree(one: str, other: str) -> bool:
    """Every number of the address with fewer numbers stands in the other too.

    Leading zeros don't matter, and a number written several times in a row without a space counts as itself.
    No number on one side: nothing to disagree about.
    """
    fewer, more = sorted((_numbers(one), _numbers(other)), key=len)
    return all(_take(number, more) for number in fewer)


def _numbers(address: str) -> list[str]:
    return [word.lstrip("0") or "0" for word in normalised_address(address).split(" ") if word.isdigit()]


def _take(number: str, pool: list[str]) -> bool:
    match = number if number in pool else next((other for other in pool if _repeats(other, number)), None)
    if match is None:
        return False
    pool.remove(match)
    return True


def _repeats(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    times, rest = divmod(len(long), len(short))
    return times > 1 and rest == 0 and long == short * times
