"""`massid cancel` and `massid replace`, and what `massid adopt`, `discard` and `status` do about generations."""

from dataclasses import replace as changed
from pathlib import Path

import pytest
from massid_cli.operations.adopt import NotToBeAdoptedError, absent, adopt
from massid_cli.operations.corrections import NotToBeCorrectedError, cancel, lineage, replace
from massid_cli.operations.letters import release
from massid_cli.operations.target import Target
from massid_relay.core.errors import OutcomeUnknown, RejectedByProvider
from massid_relay.core.generations import WHAT_REMAINS
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.core.record import EventState

from tests.faults.description import queue_url
from tests.integration.workers.bench import DOCUMENTS, EVENTS, SUBMISSIONS, Bench
from tests.integration.workers.fake_carrot import APPEND, CREATE
from tests.integration.workers.payloads import actor, close, document_message, event
from tests.integration.workers.replacements import (
    WHY,
    append,
    create,
    create_step,
    names,
    standing_first,
    submission,
    submit,
)


@pytest.fixture
def target(bench: Bench) -> Target:
    clients = {"dynamodb": bench.dynamodb, "sqs": bench.sqs}
    urls = {name: queue_url(name) for name in (SUBMISSIONS, DOCUMENTS, EVENTS)}
    return Target(clients.__getitem__, {"Ledger": bench.name, **urls})


def give_up_cancel(bench: Bench) -> None:
    """What `massid discard` does to the first generation's dead CANCEL."""
    record = bench.relay.documents.load("doc", 1)
    for entry in record.events:
        if entry.name == "CANCEL":
            entry.state = EventState.DISCARDED
    bench.relay.documents.save(record)


def mended(*events: JsonObject) -> str:
    return dumps(submission(*events, title="mended"))


class TestCancel:
    def test_the_document_is_cancelled_and_the_reason_kept(self, bench: Bench, target: Target) -> None:
        standing_first(bench)
        assert cancel(target, "doc", "the load was refused") == 1
        bench.run()
        assert names(bench) == [["ACTOR", "Weighing", "CANCEL"]]
        entry = bench.record("doc").cancelling_event
        assert entry is not None
        assert bench.relay.parts.get("doc", entry.part)["reason"] == "the load was refused"
        assert "the load was refused" not in str(bench.carrot.calls)

    def test_twice_is_once(self, bench: Bench, target: Target) -> None:
        standing_first(bench)
        cancel(target, "doc", WHY)
        cancel(target, "doc", WHY)
        bench.run()
        assert names(bench) == [["ACTOR", "Weighing", "CANCEL"]]
        assert bench.dead == []
        with pytest.raises(NotToBeCorrectedError, match="it is cancelled already"):
            cancel(target, "doc", WHY)

    def test_one_that_lies_dead_is_to_be_redriven(self, bench: Bench, target: Target) -> None:
        standing_first(bench)
        bench.carrot.next_fails(APPEND, RejectedByProvider("403", status=403))
        cancel(target, "doc", WHY)
        bench.run()
        with pytest.raises(NotToBeCorrectedError, match="its CANCEL lies dead: redrive it"):
            cancel(target, "doc", WHY)

    @pytest.mark.parametrize("generations", [1, 2])
    def test_one_that_was_given_up_is_sent_when_it_is_wanted_after_all(
        self, bench: Bench, target: Target, generations: int
    ) -> None:
        """Of a document that is being replaced too: the replacement waits for it."""
        standing_first(bench)
        bench.carrot.next_fails(APPEND, RejectedByProvider("403", status=403))
        cancel(target, "doc", WHY)
        bench.run()
        if generations == 2:
            submit(bench, 2)
            create(bench, 2, "token-2")
        give_up_cancel(bench)
        for _ in range(2):
            assert cancel(target, "doc", WHY) == 1
        bench.run()
        assert names(bench) == [["ACTOR", "Weighing", "CANCEL"], []][:generations]
        assert bench.dead == ["Rejected403"]

    def test_a_closed_document_is_not_and_the_reason_says_what_remains(self, bench: Bench, target: Target) -> None:
        submit(bench)
        create(bench)
        append(bench, actor(), close())
        with pytest.raises(NotToBeCorrectedError, match=WHAT_REMAINS):
            cancel(target, "doc", WHY)
        assert bench.waiting(EVENTS) == []

    def test_a_close_that_comes_first_wins(self, bench: Bench, target: Target) -> None:
        """The document's FIFO group orders them (invariant 3)."""
        submit(bench)
        create(bench)
        message = {"version": 1, "documentExternalId": "doc", "events": [actor(), close()]}
        bench.send(EVENTS, message)
        bench.work(EVENTS, most=1)
        with pytest.raises(NotToBeCorrectedError):
            cancel(target, "doc", WHY)
        append(bench, {"name": "CANCEL", "isPublic": True})
        assert names(bench) == [["ACTOR", "CLOSE"]]
        assert bench.dead == ["ForbiddenTransition"]

    def test_what_nobody_knows_and_what_was_never_created_are_not(self, bench: Bench, target: Target) -> None:
        with pytest.raises(NotToBeCorrectedError, match="the ledger does not know it"):
            cancel(target, "doc", WHY)
        submit(bench)
        bench.carrot.next_fails(CREATE, RejectedByProvider("422", status=422))
        create(bench)
        with pytest.raises(NotToBeCorrectedError, match="nothing of it stands on the network"):
            cancel(target, "doc", WHY)

    def test_a_reason_beyond_all_measure_is_refused_without_being_quoted(self, bench: Bench, target: Target) -> None:
        """Invariant 7."""
        standing_first(bench)
        with pytest.raises(NotToBeCorrectedError) as caught:
            cancel(target, "doc", "x" * 1001)
        assert str(caught.value) == "--why is too long"

    def test_an_empty_reason_is_refused_by_the_name_of_its_option(self, bench: Bench, target: Target) -> None:
        standing_first(bench)
        with pytest.raises(NotToBeCorrectedError, match=r"\A--why must not be empty\Z"):
            cancel(target, "doc", "")
        with pytest.raises(NotToBeCorrectedError, match=r"\A--why must not be empty\Z"):
            replace(target, "doc", mended(), "")


class TestReplace:
    def test_the_file_becomes_the_next_generation(self, bench: Bench, target: Target) -> None:
        standing_first(bench)
        assert replace(target, "doc", mended(), WHY) == 2
        bench.run()
        create(bench, 2)
        assert names(bench) == [["ACTOR", "Weighing", "CANCEL"], []]
        reason = lineage(target, bench.record("doc"))
        assert reason is not None
        assert reason.why == WHY

    def test_the_same_file_again_asks_for_the_same_generation(self, bench: Bench, target: Target) -> None:
        standing_first(bench)
        assert [replace(target, "doc", mended(), WHY) for _ in range(2)] == [2, 2]
        bench.run()
        assert replace(target, "doc", mended(), "for another reason") == 2
        bench.run()
        create(bench, 2)
        assert len(bench.carrot.documents) == 2
        assert bench.dead == []

    def test_another_file_asks_for_a_further_one(self, bench: Bench, target: Target) -> None:
        standing_first(bench)
        replace(target, "doc", mended(), WHY)
        bench.run()
        assert replace(target, "doc", mended(actor(), event("weighing", 6)), WHY) == 3

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("{", "message is not JSON"),
            (dumps(submission() | {"externalId": "other"}), "externalId is another one"),
            (dumps(submission() | {"generation": 4}), "generation can be 2 at most"),
            (dumps(submission() | {"colour": "green"}), "colour is not a known field"),
            (
                dumps(submission() | {"colour": "green", "reason": "none"}),
                "colour is not a known field; reason is not a known field",
            ),
        ],
    )
    def test_a_file_that_is_no_replacement_is_refused_by_its_field(
        self, bench: Bench, target: Target, text: str, words: str
    ) -> None:
        standing_first(bench)
        with pytest.raises(NotToBeCorrectedError, match=rf"\A{words}[^;]*\Z"):
            replace(target, "doc", text, WHY)
        assert bench.waiting(SUBMISSIONS) == []

    def test_a_closed_document_is_not_replaced(self, bench: Bench, target: Target) -> None:
        submit(bench)
        create(bench)
        append(bench, actor(), close())
        with pytest.raises(NotToBeCorrectedError, match=WHAT_REMAINS):
            replace(target, "doc", mended(), WHY)

    def test_the_sample_of_a_replacement_is_one(self, bench: Bench, target: Target) -> None:
        text = (Path(__file__).parents[3] / "events" / "replacement.json").read_text(encoding="utf-8")
        bench.send(SUBMISSIONS, text)
        bench.run()
        (letter,) = bench.letters()
        assert [field.path for field in letter.fields] == ["generation"], "nothing is known that it could replace"


class TestAPersonFoundOut:
    """A create of the replaced generation of unknown outcome, which no machine may resolve."""

    def left_to_a_person(self, bench: Bench) -> None:
        submit(bench)
        bench.carrot.next_fails(CREATE, OutcomeUnknown("timeout"), takes_effect=True)
        bench.send(DOCUMENTS, create_step(bench, 1))
        bench.work(DOCUMENTS)
        bench.move(days=2)
        submit(bench, 2)
        create(bench, 2, "token-2")
        assert bench.dead == ["LeftToAPerson"]

    def test_it_stands_so_it_is_cancelled_and_the_replacement_goes_on(self, bench: Bench, target: Target) -> None:
        self.left_to_a_person(bench)
        adopt(target, "doc", bench.carrot.document.id)
        bench.run()
        assert names(bench) == [["CANCEL"], []]
        assert ("token-2", "succeeded") in bench.steps.answers

    def test_it_does_not_stand_so_the_replacement_goes_on(self, bench: Bench, target: Target) -> None:
        self.left_to_a_person(bench)
        bench.carrot.documents.clear()
        absent(target, "doc")
        bench.run()
        assert names(bench) == [[]]
        assert bench.record("doc").created

    def test_a_replacement_that_still_waits_is_not_adopted(self, bench: Bench, target: Target) -> None:
        """It would stand beside the one that is to be cancelled."""
        standing_first(bench)
        bench.send(SUBMISSIONS, submission(generation=2))
        bench.work(SUBMISSIONS)
        with pytest.raises(NotToBeAdoptedError, match="waits for generation 1 to be cancelled"):
            adopt(target, "doc", "elsewhere")


class TestADocumentThatWasMadeBefore:
    """Adopted, and nothing of its events is known: neither has a time to take but the adoption's."""

    @pytest.fixture
    def adopted(self, bench: Bench, target: Target) -> Bench:
        bench.send(DOCUMENTS, document_message("other"))
        bench.run()
        adopt(target, "doc", bench.carrot.document.id)
        return bench

    def test_it_can_be_cancelled(self, adopted: Bench, target: Target) -> None:
        cancel(target, "doc", WHY)
        adopted.run()
        assert names(adopted) == [["CANCEL"]]
        assert adopted.dead == []

    def test_it_can_be_replaced(self, adopted: Bench) -> None:
        submit(adopted, 2)
        create(adopted, 2, "token-2")
        adopted.run()
        assert names(adopted) == [["CANCEL"], []]
        assert (adopted.dead, adopted.steps.answers[-1]) == ([], ("token-2", "succeeded"))


def test_a_discarded_letter_lets_go_in_the_generation_in_which_it_died(bench: Bench, target: Target) -> None:
    """The same event may lie dead in two generations."""
    submit(bench)
    create(bench)
    bench.carrot.refuses = {"weighing"}
    append(bench, actor(), event("weighing", 5))
    submit(bench, 2)
    create(bench, 2)
    append(bench, actor(), event("weighing", 5), generation=2)
    first, second = sorted(bench.letters(), key=lambda letter: letter.at)
    old, new = bench.relay.documents.generations("doc")

    assert release(old, first)
    assert [entry.state for entry in new.events if entry.external_id == "weighing"] == [EventState.DEAD]
    assert changed(first, id="x") != second


def test_a_close_without_time_or_parties_can_be_redriven(bench: Bench) -> None:
    """Its letter holds what came, not what went out: that would be other content under a known id."""
    submit(bench)
    create(bench)
    append(bench, actor())
    bench.carrot.next_fails(APPEND, RejectedByProvider("422", status=422))
    append(bench, {"name": "CLOSE", "isPublic": True})
    (resting,) = bench.queues.resting()
    bench.send(EVENTS, resting.body, group="doc")
    bench.run()
    assert bench.record("doc").verified_at is not None
