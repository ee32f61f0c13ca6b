"""Samples are messages that the queues accept, and files that can be evidence."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from massid_local.samples import generate
from massid_local.samples.breakages import Breakage, broken
from massid_local.samples.catalogue import BREAKAGES
from massid_local.samples.write_events import event_samples
from massid_relay.core.errors import InvalidMessage
from massid_relay.core.file_types import accepted_type
from massid_relay.core.jsons import JsonObject, content_hash, dumps
from massid_relay.core.messages import (
    EvidenceObjects,
    Submission,
    parse_bulk_message,
    parse_document_message,
    parse_events_message,
    parse_evidence_message,
    parse_order_message,
    parse_submission,
    submission_of,
)

TODAY = date(2026, 11, 20)
WHOLE = [*generate(5, 1, TODAY), *generate(60, 1, TODAY, variety="full")]
FOLDER = Path(__file__).parents[3] / "events"
NO_MESSAGES_OF_TODAY = {"undelivered.json", "sweep.json", "older-forms.json", "ledger-changes.json"}
PARSERS: dict[str, Callable[[str], object]] = {
    "submission": parse_submission,
    "replacement": parse_submission,
    "document": parse_document_message,
    "events": parse_events_message,
    "all": parse_events_message,
    "close": parse_events_message,
    "wake": parse_events_message,
    "evidence": parse_evidence_message,
    "bulk": parse_bulk_message,
    "place": parse_order_message,
    "cancel.json": parse_events_message,
    "cancel": parse_order_message,
    "follow": parse_order_message,
}


@pytest.mark.parametrize("name", sorted(event_samples().keys() - NO_MESSAGES_OF_TODAY))
def test_the_messages_in_the_folder_are_accepted(name: str) -> None:
    parse = PARSERS.get(name) or PARSERS[name.removesuffix(".json").split("-")[0]]
    assert parse((FOLDER / name).read_text(encoding="utf-8"))


def test_the_notification_names_the_demos_file() -> None:
    first = generate(1, 1, TODAY)[0]
    objects = parse_evidence_message((FOLDER / "evidence-s3-notification.json").read_text(encoding="utf-8"))
    assert isinstance(objects, EvidenceObjects)
    assert not objects.refused
    assert first.external_id in str(objects.objects[0])
    assert first.files[0].name in str(objects.objects[0])


def test_whole_samples_go_through_the_models_unchanged() -> None:
    for sample in WHOLE:
        payload = submission_of(sample.submission).to_payload()
        assert content_hash(payload) == content_hash(sample.submission)


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES)
def test_a_broken_sample_is_refused_as_a_message_only_where_the_catalogue_says_so(breakage: Breakage) -> None:
    """Invariant 10: what is refused is named by its field."""
    sample = next(one for one in WHOLE if breakage.applies(one.load))
    text = dumps(broken(sample, breakage, 1).submission)
    if breakage.refused_by_queue:
        with pytest.raises(InvalidMessage) as refusal:
            parse_submission(text)
        assert refusal.value.fields
    else:
        assert parse_submission(text)


def payload_of(text: str) -> JsonObject:
    found = parse_submission(text)
    assert isinstance(found, Submission)
    return found.to_payload()


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES)
def test_the_queue_mends_what_the_catalogue_says_it_mends(breakage: Breakage) -> None:
    sample = next(one for one in WHOLE if breakage.applies(one.load))
    wrong = broken(sample, breakage, 1).submission
    mended = not breakage.refused_by_queue and payload_of(dumps(wrong)) == sample.submission
    assert mended is (breakage.mended_by_queue or breakage.papers is not None)


def test_every_file_can_be_evidence() -> None:
    for sample in WHOLE:
        for file in sample.files:
            content = file.render()
            assert accepted_type(file.name, len(content), content[:4096]) == file.content_type
