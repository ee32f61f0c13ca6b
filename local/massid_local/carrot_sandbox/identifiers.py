"""Ids in the forms that Carrot's pages show."""

import uuid
from random import Random

NANOID_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz-"
NANOID_LENGTH = 21
ERROR_ID_LENGTH = 22


class Identifiers:
    """A source of ids. With a seed it gives the same ids in the same order."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = Random(seed)

    def uuid(self) -> str:
        """Documents, participants, addresses, attachments and snapshots (docs.carrot.eco, api/documents)."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def event(self) -> str:
        """Events: 21 characters, as in `JrSRCUhKOxKyUujM2DkH9` (docs.carrot.eco, api/events)."""
        return "".join(self._random.choices(NANOID_ALPHABET, k=NANOID_LENGTH))

    def error(self) -> str:
        """Errors: 22 letters and digits, as in `5g1XRgWZ0odA79dHJvcPP` (docs.carrot.eco, api/errors)."""
        return uuid.UUID(int=self._random.getrandbits(128)).hex[:ERROR_ID_LENGTH]
