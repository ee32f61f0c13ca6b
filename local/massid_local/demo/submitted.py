"""What the demo handed in, remembered so that the platform's answer can be held against it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from massid_relay.core.jsons import JsonObject

from massid_local.samples import SampleFile, SampleMassID


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """A file as it was put into the bucket. `length` is in bytes, `sha256` hexadecimal."""

    name: str
    length: int
    sha256: str


@dataclass(slots=True)
class Submitted:
    """One MassID. `sent_at` is seconds since the epoch, None until its submission was sent."""

    external_id: str
    submission: JsonObject
    files: tuple[SampleFile, ...]
    dropped: dict[str, DroppedFile] = field(default_factory=dict)
    sent_at: float | None = None

    @classmethod
    def of(cls, sample: SampleMassID) -> "Submitted":
        """Nothing of it is sent yet."""
        return cls(sample.external_id, sample.submission, sample.files)

    @property
    def document(self) -> JsonObject:
        """The document as it was submitted."""
        document: JsonObject = self.submission["document"]
        return document

    @property
    def events(self) -> list[JsonObject]:
        """The events as they were submitted."""
        events: list[JsonObject] = self.submission["events"]
        return events


def early_and_late(one: Submitted, number: int) -> tuple[list[SampleFile], list[SampleFile]]:
    """Files that are in the bucket before the submission is sent, and those that come after it.

    Which is which changes from MassID to MassID, so that every kind of paper comes early and late.
    """
    early = [file for place, file in enumerate(one.files) if (place + number) % 2 == 0]
    late = [file for place, file in enumerate(one.files) if (place + number) % 2]
    return early, late


def totals(all_of_them: Sequence[Submitted]) -> tuple[int, int]:
    """How many files and how many events there are."""
    return sum(len(one.files) for one in all_of_them), sum(len(one.events) for one in all_of_them)
