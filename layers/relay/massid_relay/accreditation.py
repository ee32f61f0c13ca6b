"""The stack's accreditation profile, for preflight in the workers: an object of the evidence bucket."""

from massid_relay.core.errors import InvalidMessage
from massid_relay.evidence import EvidenceBucket
from massid_relay.preflight.profile import AccreditationProfile
from massid_relay.preflight.profile_file import profile_in
from massid_relay.settings import SettingsError


def stored_profile(bucket: EvidenceBucket, key: str) -> AccreditationProfile:
    """The profile under that key. Raises SettingsError where the object is none: the setting is at fault, and no message."""
    try:
        return profile_in(bucket.read(key))
    except InvalidMessage as error:
        raise SettingsError(f"ACCREDITATION_PROFILE_KEY: {error.reason}") from None
