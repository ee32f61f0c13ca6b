"""`massid adopt-parties`: whoever stood on the network before massid-relay goes out as an id from the first message on."""

import json
from typing import Any

import pytest
import typer
from massid_cli.operations.adopt_parties import Adopted, adopt_parties
from massid_cli.operations.target import Target
from massid_relay.core.errors import OutcomeUnknown
from massid_relay.core.jsons import JsonObject, dumps

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.fake_carrot import CREATE
from tests.integration.workers.payloads import NAMES, document_message, event, events_message, party

TAX_ID = "11222333000181"


def known(tax_id: str = TAX_ID, participant_id: str = "p-9", address_id: str = "a-9") -> JsonObject:
    parties = party(tax_id)
    return {
        "participant": parties["participant"] | {"id": participant_id},
        "address": parties["address"] | {"id": address_id},
    }


def adopt(bench: Bench, *lines: Any) -> list[Adopted]:
    text = "\n".join(line if isinstance(line, str) else dumps(line) for line in lines)
    return list(adopt_parties(target(bench), text, bench.clock.now()))


def target(bench: Bench) -> Target:
    return Target(lambda _service: bench.dynamodb, {"Ledger": bench.name})


def created(bench: Bench) -> JsonObject:
    return bench.carrot.named(CREATE)[-1].bodies[0]


def test_an_adopted_participant_and_address_go_out_as_ids(bench: Bench) -> None:
    assert adopt(bench, known()) == [Adopted(1, "adopted")]
    bench.send(DOCUMENTS, document_message(**party(TAX_ID)))
    bench.run()
    assert (created(bench)["participantId"], created(bench)["addressId"]) == ("p-9", "a-9")
    assert [call.name for call in bench.carrot.calls] == [CREATE]


def test_the_address_is_known_whichever_way_its_participant_is_named_later(bench: Bench) -> None:
    adopt(bench, known())
    body = document_message()
    body["document"] |= {"participantId": "p-9", "address": party(TAX_ID)["address"]}
    del body["document"]["addressId"]
    bench.send(DOCUMENTS, body)
    bench.run()
    assert created(bench)["addressId"] == "a-9"


def test_an_address_may_come_with_its_participants_id_alone(bench: Bench) -> None:
    by_id = {"participantId": "p-9", "address": known()["address"]}
    assert adopt(bench, {"participant": known()["participant"]}, by_id) == [
        Adopted(1, "adopted"),
        Adopted(2, "adopted"),
    ]
    bench.send(DOCUMENTS, document_message(**party(TAX_ID)))
    bench.run()
    assert created(bench)["addressId"] == "a-9"


def test_doing_it_again_changes_nothing(bench: Bench) -> None:
    adopt(bench, known())
    assert adopt(bench, known()) == [Adopted(1, "known already")]


def test_an_id_that_was_learnt_before_is_not_overwritten_and_its_line_is_named(bench: Bench) -> None:
    adopt(bench, known())
    first, second, third = adopt(
        bench, known(participant_id="p-8"), known(address_id="a-8"), known("19573842000160", "p-7", "a-7")
    )
    assert (first.line, first.became, first.refused) == (1, "the participant is known under another id", True)
    assert (second.line, second.became, second.refused) == (2, "the address is known under another id", True)
    assert third == Adopted(3, "adopted")


def test_a_line_that_is_refused_leaves_nothing_behind(bench: Bench) -> None:
    adopt(bench, {"participant": known()["participant"]})
    adopt(bench, known(participant_id="p-8", address_id="a-8"))
    assert adopt(bench, known()) == [Adopted(1, "adopted")]


def test_who_is_being_introduced_right_now_is_to_be_waited_for(bench: Bench) -> None:
    bench.carrot.next_fails(CREATE, OutcomeUnknown("timeout"))
    bench.send(DOCUMENTS, document_message(**party(TAX_ID)))
    bench.work(DOCUMENTS)
    (line,) = adopt(bench, known())
    assert line.refused
    assert line.became.startswith("wait: a document is introducing the ")

    bench.run()
    (line,) = adopt(bench, known())
    assert line.became == "the address is known under another id"


def test_a_claim_that_ran_out_is_no_hindrance(bench: Bench) -> None:
    bench.carrot.down = lambda _name: OutcomeUnknown("503", status=503)
    bench.send(DOCUMENTS, document_message(**party(TAX_ID)))
    bench.work(DOCUMENTS)
    bench.move(minutes=16)
    assert adopt(bench, known()) == [Adopted(1, "adopted")]


def test_an_adopted_name_that_changes_later_is_noticed(bench: Bench) -> None:
    adopt(bench, known())
    other = party(TAX_ID)
    other["participant"]["name"] = "Padaria Lua Nova"
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(event("a", 1, **other)))
    bench.run()
    assert [change.fields for change in target(bench).party_changes.all()] == [("name",)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("not json", "message is not JSON"),
        ({}, "participant needs an id: there is nothing to adopt"),
        (party(TAX_ID), "address needs an id: there is nothing to adopt"),
        ({"address": known()["address"]}, "participant is required: an address belongs to its participant"),
        ({"participant": known()["participant"], "address": party()["address"]}, "address needs an id"),
        ({"participant": {"id": "p-9"}}, "participant.countryCode is required"),
        ({"participantId": "p-9"}, "participant needs an id: there is nothing to adopt"),
    ],
)
def test_a_line_that_is_wrong_is_refused_by_field_and_the_others_go_on(bench: Bench, line: Any, says: str) -> None:
    """Invariant 10, and no value in the answer (invariant 7)."""
    wrong, right = adopt(bench, line, known())
    assert wrong.refused
    assert says in wrong.became
    assert not any(secret in wrong.became for secret in (TAX_ID, *NAMES.values(), "Colinas"))
    assert right == Adopted(2, "adopted")


def test_a_json_list_and_blank_lines_are_read_too(bench: Bench) -> None:
    text = json.dumps([json.loads(dumps(known())), json.loads(dumps(known("19573842000160", "p-7", "a-7")))], indent=2)
    assert [one.line for one in adopt_parties(target(bench), text, bench.clock.now())] == [1, 2]
    assert adopt(bench, "", known(), "") == [Adopted(2, "known already")]
    assert [one.became for one in adopt_parties(target(bench), "[oh", bench.clock.now())] == [
        "message must be a JSON object"
    ]


def test_the_command_tells_by_line_and_ends_with_an_error_where_one_was_refused(
    bench: Bench, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from massid_cli import parties

    monkeypatch.setattr(parties, "target_of", lambda _stack, _run_dir: target(bench))
    file = tmp_path / "parties.ndjson"
    file.write_text(dumps(known()) + "\n" + dumps(known(participant_id="p-8")) + "\n", encoding="utf-8")
    with pytest.raises(typer.Exit):
        parties.adopt(file)
    shown = capsys.readouterr().out
    assert "line 2: the participant is known under another id" in shown
    assert "1 adopted, 0 known already, 1 refused" in shown
