"""Breaking a whole sample in a named way: one thing wrong, and the auditor's rules that must then fail.

The rules are those of bold-methodology (slugs as the auditor spells them). `document-shape` stands for the auditor's loader:
a document of a shape it doesn't take is not read at all.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from massid_local.samples.draft import Draft, Edit
from massid_local.samples.generator import SampleFile, SampleMassID, write_sample
from massid_local.samples.load import Load

Change = Callable[[Load], Load]


def always(_: Load) -> bool:
    """It applies to every sample."""
    return True


class NotApplicable(ValueError):
    """This sample can't be broken in that way, e.g. a manifest that it doesn't have."""


@dataclass(frozen=True, slots=True)
class Breakage:
    """One thing wrong. `edit` changes the message, `change` the facts behind message and papers, `papers` the papers only."""

    name: str
    summary: str
    rules: frozenset[str]
    edit: Edit | None = None
    change: Change | None = None
    papers: Change | None = None
    applies: Callable[[Load], bool] = always
    only_papers_tell: bool = False
    """Found by comparing the message with the manifests' own text, not from the message alone."""
    refused_by_queue: bool = False
    """The submissions queue refuses it as a message, before any rule is asked."""
    mended_by_queue: bool = False
    """An older spelling that the submissions queue brings up to date: only a file that is checked as it stands shows it."""


def broken(sample: SampleMassID, breakage: Breakage, seed: int) -> SampleMassID:
    """A new sample with that one thing wrong; the given one stays as it is. Raises NotApplicable.

    The external id stays the same, so that two samples can be compared; don't submit both to one stack.
    """
    load = sample.load
    if not breakage.applies(load):
        raise NotApplicable(f"{breakage.name} does not apply to {sample.external_id}")
    if breakage.change is not None:
        sample = write_sample(breakage.change(load))
    if breakage.papers is not None:
        sample = replace(sample, files=_other_papers(sample, breakage.papers(load)))
    if breakage.edit is not None:
        sample = _edited(sample, breakage.edit, Random(f"{breakage.name} {sample.external_id} {seed}"))
    return sample


def _edited(sample: SampleMassID, edit: Edit, rng: Random) -> SampleMassID:
    draft = Draft(sample.submission)
    edit(draft, rng)
    submission = draft.finish()
    kept = tuple(file for file in sample.files if file.name in submission["evidence"])
    return replace(sample, submission=submission, files=kept)


def _other_papers(sample: SampleMassID, load: Load) -> tuple[SampleFile, ...]:
    """Files under the old names, drawn from other facts."""
    others = write_sample(load).files
    return tuple(replace(other, name=file.name) for file, other in zip(sample.files, others, strict=True))
