"""What an answer of Carbonext means. No error body or code is documented, so only the status decides, and the words of a refusal.

The classes follow RFC 9110: a 4xx says that the request was not carried out, a 5xx or a redirect says nothing about it. For
an order that difference is money, so what is not a clear no leaves the outcome unknown.
"""

import re

from massid_relay.core.errors import (
    CredentialsRefused,
    EndpointMissing,
    InsufficientBalance,
    OutcomeUnknown,
    RejectedByProvider,
    RelayError,
    Throttled,
)

_NO_ENDPOINT = frozenset({405, 501})
_UNCLEAR = frozenset({408, 409, 423, 425, 499})
"""A timeout, a conflict (perhaps with the first of two attempts), something under way: the order may stand."""

_TOO_LITTLE = re.compile(
    rb"(insufficient|not\s*enough|insuficiente)[^\"{}]{0,40}(balance|credit|funds|saldo|cr\xc3\xa9dito)"
    rb"|(saldo|cr\xc3\xa9ditos?|balance|credits?|funds)[^\"{}]{0,40}(insuficiente|insufficient|not\s*enough)",
    re.IGNORECASE,
)
"""Assumed: a refusal for want of balance says so, in English or Portuguese. Nothing of the text is repeated (invariant 7)."""


def classify(call: str, status: int, body: bytes = b"", *, retry_after: float | None = None) -> RelayError:
    """The error that an answer means. 401 comes here after one fresh token. `retry_after` in seconds."""
    reason = f"{call}: {status}"
    if status == 401:
        return CredentialsRefused(reason)
    if status == 429:
        return Throttled(reason, retry_after=retry_after)
    if status == 402 or (400 <= status < 500 and _TOO_LITTLE.search(body[:4000])):
        return InsufficientBalance(f"{reason}, the balance does not cover the order", status=status)
    if status in _NO_ENDPOINT:
        return EndpointMissing(reason, status=status)
    if 400 <= status < 500 and status not in _UNCLEAR:
        return RejectedByProvider(reason, status=status)
    return OutcomeUnknown(reason, status=status)
