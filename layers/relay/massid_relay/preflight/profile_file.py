"""Reads the accreditation profile from a file, or from what was read of one."""

from pathlib import Path

from massid_relay.core.errors import InvalidMessage
from massid_relay.core.jsons import loads
from massid_relay.preflight.accreditations import profile_from_documents
from massid_relay.preflight.profile import AccreditationProfile, parse_profile


def load_profile(path: Path) -> AccreditationProfile:
    """A profile from a JSON file. Raises InvalidMessage as `profile_in`, or OSError if the file can't be read."""
    return profile_in(path.read_bytes())


def profile_in(content: bytes) -> AccreditationProfile:
    """A profile from JSON: the profile itself, or a list of all accreditation documents that the audit links.

    Raises InvalidMessage, which names each wrong field and quotes no value.
    """
    try:
        body = loads(content)
    except ValueError:
        raise InvalidMessage("the accreditation profile is not JSON") from None
    if isinstance(body, list) and all(isinstance(item, dict) for item in body):
        return profile_from_documents(body)
    return parse_profile(body)
