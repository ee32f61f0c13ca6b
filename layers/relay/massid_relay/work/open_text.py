"""Telling of open text that seems to hold personal data, when a message arrives. Nothing is refused for it."""

from massid_relay.core.jsons import JsonObject
from massid_relay.core.open_text import Suspicion, suspicions
from massid_relay.log import logger


def tell_of_open_text(external_id: str, message: JsonObject) -> None:
    """One warning that names the fields and what they seem to hold, never a value (invariant 7)."""
    found = suspicions({"externalId": external_id, **message})
    if found:
        logger.warning("open text seems to hold personal data", extra=_about(external_id, found))


def _about(external_id: str, found: list[Suspicion]) -> dict[str, object]:
    kinds = sorted({str(suspicion.kind) for suspicion in found})
    return {"externalId": external_id, "fields": [suspicion.path for suspicion in found], "kinds": kinds}
