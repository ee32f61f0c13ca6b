"""A whole run on the local stack, good and bad, and not one word of what it was told in confidence (invariant 7)."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from massid_cli.main import app
from massid_cli.operations.bulk import standing_of
from massid_local.carrot_sandbox.faults import ScriptedFault
from massid_local.samples import SampleMassID, generate
from massid_local.stack import LocalStack
from massid_relay.core.jsons import JsonObject, dumps
from typer.testing import CliRunner

from tests.e2e.conftest import ROOT, TODAY, Running, with_unknown_party
from tests.e2e.privacy.private_values import leaks, private_values
from tests.e2e.privacy.told import listen_to_the_bus, told

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("e2e-privacy")]
DRIVER, MAIL, PHONE = "529.982.247-25", "ana.souza@exemplo.com.br", "+55 11 91234-5678"
IN_A_NAME = "Motorista João Batista Serrano 111.444.777-35"
"""What somebody wrote into the name of an attribute."""
RECIPIENT = {"name": "Ana Clara Souza", "email": MAIL, "taxId": "529.982.247-25"}
SECRET_WORDS = ("X-Signature=", "X-Expires=", "Bearer ", "access_token", "Authorization", "client_secret")
"""Parts of signed URLs and of the requests that carry secrets."""


@dataclass(frozen=True)
class Run:
    """What was sent, and all that was told of it."""

    running: Running
    sent: list[JsonObject]
    told: dict[str, str]

    def of(self, kind: str) -> dict[str, str]:
        return {place: text for place, text in self.told.items() if place.startswith(kind)}


def massid(number: int) -> SampleMassID:
    """With all that a submission may know of persons."""
    sample = generate(number + 1, seed=21, today=TODAY)[number]
    for body in (sample.submission["document"], *sample.submission["events"]):
        body["participant"] |= {"email": MAIL, "mobileNumber": PHONE}
        body["address"]["complement"] = "Casa da Dona Celeste"
        for attribute in body.get("metadata", {}).get("attributes", []):
            if attribute["name"] == "Driver Identifier":
                attribute["value"] = DRIVER
    return sample


def order(external_id: str, **changes: Any) -> JsonObject:
    recipient = {"certificateRecipientInfo": RECIPIENT | changes}
    return {"externalId": external_id, "vcuAmount": 0.02, "targetCurrency": "BRL", "payWithBalance": True, **recipient}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Ten MassIDs: one goes well, the others don't."""
    parameters = {"CarrotRequestsPerSecond": "100", "VisibilityDelaySeconds": "0"}
    with LocalStack(ROOT / "template.yaml", parameters, run_dir=tmp_path_factory.mktemp("privacy")) as stack:
        bus, running = listen_to_the_bus(stack), Running(stack)
        sent, external_ids = play(running)
        yield Run(running, sent, told(stack, bus, external_ids))


def play(running: Running) -> tuple[list[JsonObject], list[str]]:
    """What was sent, and the external ids that the ledger knows."""
    good, late, rejected, conflicting, refused, misspelt, unpaid, cancelled, tangled, lossy = map(massid, range(10))
    sent: list[JsonObject] = []

    def submit(message: JsonObject) -> None:
        sent.append(message)
        running.send("SubmissionsQueue", message)

    for sample in (good, rejected, conflicting, unpaid, cancelled):
        drop(running, sample.external_id, sample)
    drop(running, late.external_id, late, but=late.files[0].name)

    submit(good.submission | {"order": order("order-good")})
    running.eventually(lambda: run_of(running, good) == "run 1 ended")
    submit(conflicting.submission)
    submit(late.submission)
    running.eventually(lambda: status(running, conflicting) == "closed and verified")
    sent += fail_the_checks_before_close(running, lossy)

    # a file that comes days later, under a name and with bytes that don't agree at first
    running.eventually(lambda: waits_for_file(running, late))
    running.drop(f"evidence/{late.external_id}/{late.files[0].name}", b"not what the name says")
    running.eventually(lambda: run_of(running, late) == "run 1 failed")
    running.drop(f"evidence/{late.external_id}/{late.files[0].name}", late.files[0].render())
    running.eventually(lambda: has_its_files(running, late))
    running.redrive(late.external_id)
    running.eventually(lambda: status(running, late) == "closed and verified")

    # Carrot's final no, then a redrive; and a document that is cancelled over it
    submit(with_unknown_party(cancelled.submission, 5) | {"onFailure": "cancel", "preflight": "off"})
    running.eventually(lambda: status(running, cancelled) == "cancelled")
    running.change_sandbox(events_per_document=5)
    submit(rejected.submission)
    running.eventually(lambda: run_of(running, rejected) == "run 1 failed")
    running.change_sandbox(events_per_document=100)
    running.redrive(rejected.external_id)
    running.eventually(lambda: status(running, rejected) == "closed and verified")

    # other content under known ids; what the auditor would refuse; wrong orders
    changed = deepcopy(conflicting.submission)
    changed["events"][7]["value"] = 1
    submit(changed | {"preflight": "off"})
    submit(without(refused.submission, "Weighing") | {"preflight": "refuse"})
    submit(unpaid.submission | {"order": order("order-unpaid", taxId="111.444.777-00")})

    # names in the place of fields, values of a wrong type, no JSON at all, open text
    bad = deepcopy(misspelt.submission)
    bad["document"] |= {"participant": bad["document"]["participant"] | {"taxId": 81637094000106, MAIL: DRIVER}}
    submit(bad)
    running.send("DocumentsQueue", f"no JSON, but {RECIPIENT['name']} with {DRIVER}")
    running.drop("bulk/loads.ndjson", f"{dumps(bad)}\nno JSON, but {RECIPIENT['name']}\n".encode())
    placing = {"version": 1, "action": "place", "externalId": "order-alone", "order": order("order-alone")}
    sent.append(placing)
    running.send("OrdersQueue", placing)
    lying_dead = [one.external_id for one in (conflicting, refused, unpaid, misspelt)]
    running.eventually(lambda: all(running.dead_letters(external_id) for external_id in lying_dead))
    running.eventually(lambda: len(running.dead_letters(None)) == 1)
    running.eventually(lambda: bulk_is_told(running))
    running.eventually(lambda: (found := running.target.orders.load("order-alone")) and found.order_id)

    # an outage: no answer, half an answer, and a token that is refused
    for kind in ("500-text-before", "truncated-after", "unauthorized"):
        running.stack.carrot.sandbox.faults.add(ScriptedFault(kind, "POST", "/documents"))
    open_text = deepcopy(tangled.submission["document"]) | {"title": f"motorista {DRIVER}"}
    open_text["participant"]["name"] += " Filial da Serra"
    submitted = {"version": 1, "externalId": tangled.external_id, "document": open_text}
    sent.append(submitted)
    running.send("DocumentsQueue", submitted)
    running.eventually(lambda: status(running, tangled) == "open")
    (letter,) = running.dead_letters(misspelt.external_id)
    running.discard(letter.id, "misspelt")
    return sent, [one.external_id for one in (good, late, rejected, conflicting, cancelled, tangled, lossy)]


def fail_the_checks_before_close(running: Running, sample: SampleMassID) -> list[JsonObject]:
    """The network loses attributes, one of them with a person in its name; then comes CLOSE. What was sent."""
    external_id, document = sample.external_id, sample.submission["document"]
    *events, close = [event for event in sample.submission["events"] if "attachments" not in event]
    told = {"attributes": [{"name": IN_A_NAME, "value": "yes", "isPublic": False}]}
    events[-1] = events[-1] | {"metadata": told}
    naming = {"version": 1, "documentExternalId": external_id}
    messages = [naming | {"events": events}, naming | {"events": [close]}]
    running.send("DocumentsQueue", {"version": 1, "externalId": external_id, "document": document})
    running.send("EventsQueue", messages[0], group=external_id)
    running.eventually(lambda: [len(one["events"]) for one in running.effects(external_id)] == [len(events)])
    stored = running.stack.carrot.sandbox.documents.values()
    (lossy,) = [one for one in stored if one.external_id == external_id]
    for event in lossy.events:
        event.fields.pop("metadata", None)
    running.send("EventsQueue", messages[1], group=external_id)
    (letter,) = running.eventually(lambda: running.dead_letters(external_id))
    assert letter.error_type == "VerificationFailed"
    return messages


def test_no_personal_data_is_told_anywhere(run: Run) -> None:
    values = private_values(*run.sent) | {IN_A_NAME, *IN_A_NAME.rsplit(" ", 1)}
    assert {DRIVER, MAIL, PHONE, RECIPIENT["name"], "Casa da Dona Celeste"} <= values
    assert len(values) > 40
    assert leaks(values, run.told) == []


def test_no_secret_token_or_signed_address_is_told_anywhere(run: Run) -> None:
    stack = run.running.stack
    sandboxes = (stack.carrot.sandbox, stack.carbonext.sandbox)
    tokens = [token for sandbox in sandboxes for token in sandbox.tokens._issued]
    secrets = [given["clientSecret"] for part in (stack.carrot, stack.carbonext) for given in part.secrets().values()]
    assert len(tokens) >= 2
    assert len(secrets) == 2
    assert leaks([*tokens, *secrets, *SECRET_WORDS], run.told) == []


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("log ", "dead letter"),
        ("log ", "open text seems to hold personal data"),
        ("log ", "a known party comes with other data"),
        ("log ", "failed for now"),
        ("execution history", "ExecutionStarted"),
        ("execution ", "submissionRef"),
        ("ledger DEAD#", "PayloadConflict"),
        ("ledger DEAD#", "Rejected400"),
        ("ledger DEAD#", "RefusedByPreflight"),
        ("ledger DEAD#", "VerificationFailed"),
        ("ledger DEAD#", "EvidenceRefused"),
        ("ledger DOC#", "content_hash"),
        ("ledger ORDER#", "order-good"),
        ("ledger PARTY#", "party_id"),
        ("ledger CHANGED#", "fields"),
        ("report bulk-reports/", "(not a field name)"),
        ("dead letter's marks", "InvalidMessage"),
        ("event bus", "Order Status Changed"),
        ("event bus", ".metadata.attributes.0"),
        ("massid dead-letters", "PayloadConflict"),
        ("massid status", "closed and verified"),
    ],
)
def test_each_kind_of_telling_did_tell_something(run: Run, kind: str, word: str) -> None:
    """Else the tests above would pass over an empty page."""
    assert any(word in text for text in run.of(kind).values())


def test_a_log_line_that_leaked_would_be_found(run: Run) -> None:
    line = f'{{"level": "INFO", "message": "sent", "body": {{"driver": "{DRIVER}"}}}}'
    (leak,) = leaks(private_values(*run.sent), {**run.told, "log CreateDocument.log:9999": line})
    assert leak.value == DRIVER


def test_one_of_them_is_forgotten_with_its_files(run: Run) -> None:
    """The command of docs/privacy.md, on the local stack."""
    running, name = run.running, massid(0).external_id
    forgotten = forget(running.stack.run_dir, name, "--evidence")
    assert forgotten.exit_code == 0, forgotten.output
    assert running.target.parts.stored(name) == {}
    bucket = running.stack.resource("EvidenceBucket")
    listed = running.stack.client("s3").list_object_versions(Bucket=bucket, Prefix=f"evidence/{name}/")
    assert not {"Versions", "DeleteMarkers"} & set(listed)
    assert status(running, massid(0)) == "closed and verified"
    assert forget(running.stack.run_dir, massid(8).external_id).exit_code == 1, "it is open"


def forget(run_dir: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["forget", *arguments, "--run-dir", str(run_dir)])


def drop(running: Running, external_id: str, sample: SampleMassID, *, but: str = "") -> None:
    for file in sample.files:
        if file.name != but:
            running.drop(f"evidence/{external_id}/{file.name}", file.render())


def without(submission: JsonObject, name: str) -> JsonObject:
    return submission | {"events": [event for event in submission["events"] if event["name"] != name]}


def status(running: Running, sample: SampleMassID) -> str:
    standing = running.standing(sample.external_id)
    return standing.status if standing else ""


def run_of(running: Running, sample: SampleMassID) -> str:
    standing = running.standing(sample.external_id)
    return standing.run if standing else ""


def waits_for_file(running: Running, sample: SampleMassID) -> bool:
    standing = running.standing(sample.external_id)
    return standing is not None and standing.waits_for == f"file {sample.files[0].name}"


def has_its_files(running: Running, sample: SampleMassID) -> bool:
    standing = running.standing(sample.external_id)
    return standing is not None and set(standing.files.values()) == {"attached"}


def bulk_is_told(running: Running) -> bool:
    found = standing_of(running.target, "loads.ndjson")
    return found is not None and found.run.refused == 2
