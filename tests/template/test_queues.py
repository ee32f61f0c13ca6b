"""The law for queues and for what reads them."""

from itertools import chain

import pytest

from tests.template.conftest import Template, target

DAYS = 24 * 60 * 60
RESTING = {"UndeliveredQueue", "UndeliveredEventsQueue", "DeadLetterQueue", "UnannouncedQueue"}
"""Where messages end up; they have no redrive of their own, but alarms."""

TO_CARROT = ("CreateDocument", "UploadEvidence", "AppendEvents")


def test_every_mapping_reports_partial_failures(template: Template) -> None:
    """One bad record doesn't return its whole batch (invariant 10)."""
    for function in template.functions:
        for queue, mapping in template.mappings(function).items():
            assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], f"{function} from {queue}"


def test_every_mapping_is_capped_by_the_poller(template: Template) -> None:
    """A throttled poller pushes messages to the redrive target; MaximumConcurrency starts at 2, says SQS."""
    for function, properties in template.functions.items():
        assert "ReservedConcurrentExecutions" not in properties
        for queue, mapping in template.mappings(function).items():
            assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2, f"{function} from {queue}"


def test_batches_are_small_and_wait_for_nothing(template: Template) -> None:
    for function in template.functions:
        for mapping in template.mappings(function).values():
            assert 1 <= mapping["BatchSize"] <= 10
            assert "MaximumBatchingWindowInSeconds" not in mapping


def test_visibility_is_at_least_six_times_the_timeout_of_the_reader(template: Template) -> None:
    for function, properties in template.functions.items():
        timeout = properties.get("Timeout", template.globals["Timeout"])
        for queue in template.mappings(function):
            assert template.queues[queue]["VisibilityTimeout"] >= 6 * timeout, f"{queue} for {function}"


def test_what_is_in_flight_stays_under_five_seconds_of_the_default_rate(template: Template) -> None:
    """More would only wait for a slot, and come back (invariant 6)."""
    mappings = chain.from_iterable(template.mappings(function).values() for function in TO_CARROT)
    in_flight = sum(mapping["BatchSize"] * mapping["ScalingConfig"]["MaximumConcurrency"] for mapping in mappings)
    assert in_flight < 5 * template.parameters["CarrotRequestsPerSecond"]["Default"]


def test_a_message_is_given_up_before_its_queue_drops_it(template: Template) -> None:
    """Invariant 2. A message may be hidden for up to 12 hours before anybody looks at it again (SQS, ChangeMessageVisibility)."""
    patience = template.parameters["MessagePatienceDays"]["MaxValue"] * DAYS
    for name, queue in template.queues.items():
        if name not in RESTING:
            assert patience + DAYS / 2 < queue["MessageRetentionPeriod"], name


def test_every_work_queue_has_one_reader_and_a_redrive_of_its_own_kind(template: Template) -> None:
    readers = [queue for function in template.functions for queue in template.mappings(function)]
    for name, queue in template.queues.items():
        if name in RESTING:
            continue
        assert readers.count(name) == 1
        redrive = queue["RedrivePolicy"]
        assert redrive["maxReceiveCount"] == 1000, "waiting counts as a receive, so the count may not be what ends it"
        resting = template.queues[target(redrive["deadLetterTargetArn"])]
        assert resting.get("FifoQueue", False) == queue.get("FifoQueue", False)


def test_what_sqs_moves_is_buried_with_a_reason(template: Template) -> None:
    """Both redrive targets are read by bury_dead_letter and by nobody else; the resting place by nobody (invariant 2)."""
    assert set(template.mappings("BuryDeadLetter")) == {"UndeliveredQueue", "UndeliveredEventsQueue"}
    for function in template.functions:
        assert "DeadLetterQueue" not in template.mappings(function)


def test_resting_places_keep_messages_longer_than_work_queues(template: Template) -> None:
    """A standard queue's dead letter keeps its first sending time."""
    for name, queue in template.queues.items():
        expected = 14 if name in RESTING else 10
        assert queue["MessageRetentionPeriod"] == expected * DAYS, name


def test_every_queue_is_encrypted_in_the_way_that_s3_can_write_to(template: Template) -> None:
    for name, queue in template.queues.items():
        assert queue["SqsManagedSseEnabled"] is True, name
        assert "KmsMasterKeyId" not in queue, name


def test_the_events_queue_keeps_order_per_document_and_deduplicates_by_content(template: Template) -> None:
    """The state machine sets no deduplication id: the task token makes each body unique."""
    events = template.queues["EventsQueue"]
    assert (events["FifoQueue"], events["ContentBasedDeduplication"]) == (True, True)
    assert events["DeduplicationScope"] == "messageGroup"


@pytest.mark.parametrize("name", ["EventsQueue", "UndeliveredEventsQueue"])
def test_fifo_queues_are_named_as_sqs_demands(template: Template, name: str) -> None:
    assert template.queues[name]["QueueName"]["Fn::Sub"].endswith(".fifo")
