"""A MassID replaced by its next generation: CANCEL goes out first, and no two look-alikes are ever alive."""

import pytest
from massid_relay.core.errors import OutcomeUnknown, RejectedByProvider
from massid_relay.core.generations import Standing, standing
from massid_relay.core.jsons import JsonObject
from massid_relay.core.record import DocumentRecord

from tests.integration.workers.bench import DOCUMENTS, EVENTS, EVIDENCE, SUBMISSIONS, Bench
from tests.integration.workers.fake_carrot import APPEND, CREATE
from tests.integration.workers.payloads import (
    PDF,
    actor,
    close,
    document_message,
    event,
    events_message,
    files_message,
    with_file,
)
from tests.integration.workers.replacements import (
    WHY,
    append,
    create,
    create_step,
    names,
    never_two_alive,
    newest_input,
    standing_first,
    submission,
    submit,
)
from tests.integration.workers.test_sweep import wait_for_days


@pytest.fixture(autouse=True)
def _never_two_alive(bench: Bench) -> None:
    """Two look-alikes that are both not cancelled fail the audit."""
    never_two_alive(bench)


def old(bench: Bench, generation: int = 1) -> DocumentRecord:
    return bench.container().documents.load("doc", generation)


class TestTheWholeWay:
    def test_the_old_document_is_cancelled_and_the_new_one_created(self, bench: Bench) -> None:
        standing_first(bench)
        submit(bench, 2)
        create(bench, 2, "token-2")
        append(bench, actor(), event("weighing", 5), close(), generation=2)

        assert names(bench) == [["ACTOR", "Weighing", "CANCEL"], ["ACTOR", "Weighing", "CLOSE"]]
        assert bench.record("doc").verified_at is not None
        assert bench.dead == []
        assert not list(bench.queues.all())
        assert ("token-2", "succeeded") in bench.steps.answers

    def test_the_ledger_keeps_what_was_replaced_when_and_why(self, bench: Bench) -> None:
        standing_first(bench)
        submit(bench, 2)
        create(bench, 2)

        first, second = bench.container().documents.generations("doc")
        assert first.superseded
        assert second.replaces is not None
        assert second.replaces.document_id == first.document_id != second.document_id
        assert second.replaces.cleared_at is not None
        assert bench.container().parts.get("doc", second.replaces.part)["replaceReason"] == WHY

    def test_the_reason_is_in_no_execution_input(self, bench: Bench) -> None:
        """Invariant 7."""
        standing_first(bench)
        submit(bench, 2)
        assert WHY not in str(bench.steps.executions)
        assert newest_input(bench, 2)["generation"] == 2

    def test_every_operation_of_the_new_generation_has_a_deduplication_id_of_its_own(self, bench: Bench) -> None:
        """Otherwise the platform would answer with the old document, and with the old events."""
        standing_first(bench)
        submit(bench, 2)
        create(bench, 2)
        append(bench, actor(), event("weighing", 5), generation=2)
        ids = [body["deduplicationId"] for stored in bench.carrot.documents.values() for _, body in stored.events]
        ids += [stored.body["deduplicationId"] for stored in bench.carrot.documents.values()]
        assert len(ids) == len(set(ids)) == 7

    def test_an_attached_file_is_attached_again_to_the_new_document(self, bench: Bench) -> None:
        """The bucket's files are those of the newest generation."""
        submit(bench)
        create(bench)
        bench.drop("doc", "mtr.pdf", PDF)
        append(bench, with_file(event("manifest", 3), "mtr.pdf"))
        submit(bench, 2)
        create(bench, 2)
        append(bench, with_file(event("manifest", 3), "mtr.pdf"), generation=2)

        assert [len(stored.attachments) for stored in bench.carrot.documents.values()] == [1, 1]
        assert names(bench)[1] == ["Weighing"]

    def test_a_document_that_was_cancelled_before_is_replaced_at_once(self, bench: Bench) -> None:
        standing_first(bench)
        append(bench, {"name": "CANCEL", "isPublic": True})
        submit(bench, 2)
        create(bench, 2)
        assert names(bench) == [["ACTOR", "Weighing", "CANCEL"], []]

    def test_one_that_was_never_created_is_replaced_without_a_cancel(self, bench: Bench) -> None:
        submit(bench)
        submit(bench, 2)
        create(bench, 2)
        assert names(bench) == [[]]
        assert bench.record("doc").generation == 2

    def test_a_document_without_any_event_is_cancelled_at_its_own_time(self, bench: Bench) -> None:
        submit(bench)
        create(bench)
        submit(bench, 2)
        create(bench, 2)
        assert names(bench) == [["CANCEL"], []]


class TestWhatIsTakenUp:
    def test_the_same_replacement_again_is_a_repetition(self, bench: Bench) -> None:
        standing_first(bench)
        for _ in range(3):
            submit(bench, 2)
        create(bench, 2)
        submit(bench, 2)
        assert len(bench.carrot.documents) == 2
        assert [name for name in bench.steps.executions if "-g2-" in name] == ["doc-g2-r2"]

    def test_other_content_of_the_same_generation_is_a_conflict(self, bench: Bench) -> None:
        """Invariant 1."""
        standing_first(bench)
        submit(bench, 2)
        submit(bench, 2, title="another")
        assert bench.dead == ["PayloadConflict"]

    @pytest.mark.parametrize("generation", [3, 7])
    def test_a_gap_is_refused_by_its_field(self, bench: Bench, generation: int) -> None:
        standing_first(bench)
        submit(bench, generation)
        (letter,) = bench.letters()
        assert letter.error_type == "InvalidMessage"
        assert [(field.path, field.problem) for field in letter.fields] == [("generation", "can be 2 at most")]
        assert bench.record("doc").generation == 1

    def test_nothing_can_replace_what_nobody_knows(self, bench: Bench) -> None:
        submit(bench, 2)
        (letter,) = bench.letters()
        assert [field.path for field in letter.fields] == ["generation"]

    def test_nor_what_is_known_only_because_another_document_relates_to_it(self, bench: Bench) -> None:
        bench.send(DOCUMENTS, document_message("other"))
        relation = {"relatedDocument": {"documentExternalId": "doc", "bidirectional": True}}
        bench.send(EVENTS, events_message(event("r", 2, "RELATED", **relation), external_id="other"))
        bench.run()
        submit(bench, 2)
        assert bench.dead == ["InvalidMessage"]

    def test_an_older_submission_is_superseded_and_changes_nothing(self, bench: Bench) -> None:
        """An absent generation means the first: a late repetition never writes into the replacement."""
        standing_first(bench)
        submit(bench, 2)
        create(bench, 2)
        submit(bench, 1, actor(), event("late", 50))
        (letter,) = bench.letters()
        assert (letter.error_type, letter.reason) == ("Superseded", "generation 1 was replaced by generation 2")
        assert names(bench)[1] == []

    def test_a_deduplication_id_of_the_older_generation_is_refused_by_its_field(self, bench: Bench) -> None:
        """The platform would answer with the old event and write nothing."""
        submit(bench)
        create(bench)
        append(bench, actor() | {"deduplicationId": "mine"})
        submit(bench, 2, actor() | {"deduplicationId": "mine"})
        (letter,) = bench.letters()
        assert [field.path for field in letter.fields] == ["events.0.deduplicationId"]
        assert names(bench) == [["ACTOR"]]

    def test_so_it_is_in_a_message_of_events(self, bench: Bench) -> None:
        submit(bench)
        create(bench)
        append(bench, actor() | {"deduplicationId": "mine"})
        submit(bench, 2)
        create(bench, 2)
        append(bench, event("weighing", 5) | {"deduplicationId": "mine"}, generation=2)
        (letter,) = bench.letters()
        assert [field.path for field in letter.fields] == ["events.0.deduplicationId"]
        assert names(bench)[1] == []


class TestMessagesOfTheOldGeneration:
    def test_a_step_is_answered_and_leaves_no_dead_letter(self, bench: Bench) -> None:
        standing_first(bench)
        submit(bench, 2)
        create(bench, 2)
        bench.send(DOCUMENTS, create_step(bench, 1, "create"))
        bench.send(EVIDENCE, files_message("a.pdf", token="files"))
        append(bench, event("late", 50), token="events")
        bench.run()
        assert {*bench.steps.answers} >= {(token, "Superseded") for token in ("create", "files", "events")}
        assert bench.dead == []

    def test_a_message_without_a_step_is_a_dead_letter_that_holds_nothing(self, bench: Bench) -> None:
        standing_first(bench)
        submit(bench, 2)
        create(bench, 2)
        append(bench, event("late", 50))
        bench.send(DOCUMENTS, create_step(bench, 1))
        bench.send(EVIDENCE, files_message("a.pdf"))
        bench.run()
        assert bench.dead == ["Superseded"] * 3
        assert bench.record("doc").holds == []
        append(bench, actor(), close(), generation=2)
        assert bench.record("doc").verified_at is not None

    def test_one_of_a_generation_that_is_not_open_is_refused_by_its_field(self, bench: Bench) -> None:
        standing_first(bench)
        bench.send(DOCUMENTS, create_step(bench, 1) | {"generation": 2})
        bench.run()
        (letter,) = bench.letters()
        assert [field.path for field in letter.fields] == ["generation"]

    def test_waiting_steps_of_the_first_lifecycle_are_answered_superseded(self, bench: Bench) -> None:
        """Its run ends failed, and the next one is that of the replacement."""
        submit(bench)
        create(bench)
        bench.send(EVIDENCE, files_message("never.pdf", token="files"))
        append(bench, with_file(event("manifest", 3), "never.pdf"), token="events")
        assert bench.steps.answers == []
        submit(bench, 2)
        assert bench.steps.answers == [("files", "Superseded"), ("events", "Superseded")]
        assert list(bench.steps.executions) == ["doc-g1-r1", "doc-g2-r2"]

    def test_the_cancel_of_a_lifecycle_that_failed_is_the_cancel_that_was_wanted_anyway(self, bench: Bench) -> None:
        standing_first(bench)
        bench.send(SUBMISSIONS, submission(generation=2))
        bench.work(SUBMISSIONS)
        reference = newest_input(bench, 1)["submissionRef"]
        step = {"version": 1, "documentExternalId": "doc", "generation": 1, "submissionRef": reference}
        bench.send(EVENTS, step | {"select": "cancel", "taskToken": "cancel"})
        bench.run()
        assert names(bench)[0] == ["ACTOR", "Weighing", "CANCEL"]
        assert bench.dead == []


class TestTheCancelThatCannotGoOut:
    def test_a_refused_cancel_leaves_the_replacement_waiting(self, bench: Bench) -> None:
        standing_first(bench)
        bench.carrot.next_fails(APPEND, RejectedByProvider("409 conflictError", status=409))
        submit(bench, 2)
        create(bench, 2, "token-2")
        (letter,) = bench.letters()
        assert letter.error_type == "Rejected409"
        assert len(bench.carrot.documents) == 1
        assert bench.steps.answers == []

    def test_its_redrive_lets_the_replacement_go_on(self, bench: Bench) -> None:
        standing_first(bench)
        bench.carrot.next_fails(APPEND, RejectedByProvider("409 conflictError", status=409))
        submit(bench, 2)
        create(bench, 2, "token-2")
        (resting,) = bench.queues.resting()
        bench.send(EVENTS, resting.body, group="doc")
        bench.run()
        assert names(bench) == [["ACTOR", "Weighing", "CANCEL"], []]
        assert bench.steps.answers == [("token-2", "succeeded")]

    def test_a_step_that_waits_beyond_all_patience_is_told_and_the_document_still_created(self, bench: Bench) -> None:
        standing_first(bench)
        bench.carrot.next_fails(APPEND, RejectedByProvider("403", status=403))
        submit(bench, 2)
        create(bench, 2, "token-2")
        wait_for_days(bench, 201)
        bench.sweep()
        bench.run()
        (letter,) = [letter for letter in bench.letters() if letter.error_type == "WaitedTooLong"]
        assert letter.reason == "waited 200 days for generation 1 to be cancelled"
        assert bench.steps.answers == [("token-2", "WaitedTooLong")]

        resting = next(message for message in bench.queues.resting() if "CANCEL" in message.body)
        bench.send(EVENTS, resting.body, group="doc")
        bench.run()
        assert names(bench) == [["ACTOR", "Weighing", "CANCEL"], []]

    def test_a_cancel_without_an_answer_is_sent_again_under_its_id(self, bench: Bench) -> None:
        standing_first(bench)
        bench.carrot.next_fails(APPEND, OutcomeUnknown("timeout"), takes_effect=True)
        submit(bench, 2)
        create(bench, 2)
        assert names(bench) == [["ACTOR", "Weighing", "CANCEL"], []]

    def test_what_is_in_flight_or_dead_on_the_old_document_does_not_hold_its_cancel(self, bench: Bench) -> None:
        submit(bench)
        create(bench)
        bench.carrot.refuses = {"weighing"}
        append(bench, actor(), event("weighing", 5), event("behind", 6))
        assert bench.dead == ["Rejected422"]
        submit(bench, 2)
        create(bench, 2)
        assert names(bench) == [["ACTOR", "CANCEL"], []]
        assert bench.dead == ["Rejected422"]


class TestClosed:
    def test_a_closed_document_is_not_replaced_and_the_reason_says_what_remains(self, bench: Bench) -> None:
        submit(bench)
        create(bench)
        append(bench, actor(), close())
        submit(bench, 2)
        (letter,) = bench.letters()
        assert letter.error_type == "ForbiddenTransition"
        assert letter.reason == (
            "generation 1 is closed and can't be replaced; "
            "what remains: a RELATED event, or the Carrot Network's support"
        )
        assert bench.record("doc").generation == 1
        assert bench.record("doc").replaces is None

    def test_a_close_that_was_begun_is_waited_for(self, bench: Bench) -> None:
        """Whoever wrote first has won: the CLOSE did."""
        submit(bench)
        create(bench)
        append(bench, actor())
        bench.carrot.before = lambda call: (
            bench.send(SUBMISSIONS, submission(generation=2)) and bench.work(SUBMISSIONS, relay=bench.container())
            if call.name == APPEND and call.bodies[0]["name"] == "CLOSE" and not bench.waiting(SUBMISSIONS)
            else None
        )
        append(bench, close())
        assert names(bench) == [["ACTOR", "CLOSE"]]
        assert bench.dead == ["ForbiddenTransition"]
        assert bench.record("doc").verified_at is not None

    def test_a_close_that_was_not_begun_never_is(self, bench: Bench) -> None:
        """Whoever wrote first has won: the replacement did, while CLOSE was being read for."""
        submit(bench)
        create(bench)
        append(bench, actor())
        save = bench.relay.documents.save
        seen: list[str] = []

        def be_overtaken(record: DocumentRecord, **more: object) -> None:
            if record.batch is not None and not seen:
                seen.append("replaced")
                bench.send(SUBMISSIONS, submission(generation=2))
                bench.work(SUBMISSIONS, relay=bench.container())
            save(record, **more)  # type: ignore[arg-type]

        bench.relay.documents.save = be_overtaken  # type: ignore[method-assign]
        append(bench, close(), token="closing")
        create(bench, 2)
        assert seen == ["replaced"]
        assert names(bench) == [["ACTOR", "CANCEL"], []]
        assert ("closing", "Superseded") in bench.steps.answers


class TestACreateOfUnknownOutcome:
    def unknown(self, bench: Bench, *, takes_effect: bool) -> None:
        submit(bench)
        bench.carrot.next_fails(CREATE, OutcomeUnknown("timeout"), takes_effect=takes_effect)
        bench.send(DOCUMENTS, create_step(bench, 1, "token-1"))
        bench.work(DOCUMENTS)
        assert standing(bench.record("doc")) is Standing.UNKNOWN

    @pytest.mark.parametrize("takes_effect", [True, False])
    def test_is_found_out_first_and_then_cancelled(self, bench: Bench, takes_effect: bool) -> None:
        self.unknown(bench, takes_effect=takes_effect)
        bench.send(SUBMISSIONS, submission(generation=2))
        bench.work(SUBMISSIONS)
        bench.send(DOCUMENTS, create_step(bench, 2, "token-2"))
        bench.run()
        assert names(bench) == [["CANCEL"], []]
        assert {*bench.steps.answers} == {("token-1", "Superseded"), ("token-2", "succeeded")}
        assert bench.dead == []

    def test_that_is_then_refused_leaves_nothing_to_cancel(self, bench: Bench) -> None:
        """A known deduplication id would have brought the first answer."""
        self.unknown(bench, takes_effect=False)
        bench.carrot.next_fails(CREATE, RejectedByProvider("422", status=422))
        submit(bench, 2)
        create(bench, 2)
        assert names(bench) == [[]]
        assert bench.record("doc").created

    def test_that_no_machine_may_resolve_waits_for_a_person(self, bench: Bench) -> None:
        self.unknown(bench, takes_effect=True)
        bench.move(days=2)
        submit(bench, 2)
        create(bench, 2, "token-2")
        assert bench.dead == ["LeftToAPerson"]
        assert len(bench.carrot.documents) == 1
        assert ("token-2", "succeeded") not in bench.steps.answers

    def test_with_a_lease_is_waited_for(self, bench: Bench) -> None:
        """The first create is in flight: its worker confirms it although it was replaced meanwhile, and then it is cancelled."""
        submit(bench)
        done: list[JsonObject] = []

        def replace(call: object) -> None:
            if getattr(call, "name", "") == CREATE and not done:
                done.append({})
                bench.send(SUBMISSIONS, submission(generation=2))
                other = bench.container()
                bench.work(SUBMISSIONS, relay=other)
                bench.send(DOCUMENTS, create_step(bench, 2, "token-2"))
                bench.work(DOCUMENTS, EVENTS, relay=other)
                assert len(bench.carrot.named(CREATE)) == 1

        bench.carrot.before = replace
        bench.send(DOCUMENTS, create_step(bench, 1, "token-1"))
        bench.run()
        assert names(bench) == [["CANCEL"], []]
        assert ("token-2", "succeeded") in bench.steps.answers


class TestAReplacementOfAReplacement:
    def test_that_was_never_begun_takes_over_its_duty(self, bench: Bench) -> None:
        standing_first(bench)
        bench.carrot.next_fails(APPEND, RejectedByProvider("409", status=409))
        submit(bench, 2)
        create(bench, 2, "token-2")
        submit(bench, 3)
        create(bench, 3, "token-3")
        assert len(bench.carrot.documents) == 1
        assert bench.steps.answers == [("token-2", "Superseded")]
        (resting,) = bench.queues.resting()
        bench.send(EVENTS, resting.body, group="doc")
        bench.run()
        assert names(bench) == [["ACTOR", "Weighing", "CANCEL"], []]
        assert bench.steps.answers[-1] == ("token-3", "succeeded")

    def test_that_stands_is_cancelled_in_its_turn(self, bench: Bench) -> None:
        standing_first(bench)
        for generation in (2, 3):
            submit(bench, generation)
            create(bench, generation)
            append(bench, actor(), generation=generation)
        assert names(bench) == [["ACTOR", "Weighing", "CANCEL"], ["ACTOR", "CANCEL"], ["ACTOR"]]
        assert bench.dead == []


def test_a_document_that_relates_to_a_replaced_one_waits_for_the_replacement(bench: Bench) -> None:
    """Who waits is handed over with the generation."""
    submit(bench)
    related = event("related", 1, "RELATED", relatedDocument={"documentExternalId": "doc"})
    bench.send(DOCUMENTS, {"version": 1, "externalId": "other", "document": submission()["document"]})
    bench.run()
    bench.send(EVENTS, {"version": 1, "documentExternalId": "other", "events": [related]})
    bench.run()
    submit(bench, 2)
    bench.carrot.before = lambda call: None
    create(bench, 2)
    other = bench.record("other")
    assert bench.carrot.documents[other.document_id or ""].event_ids == ["related"]
