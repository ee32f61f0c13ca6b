"""Uploads on the sandbox whose answers get lost: one attachment, and its bytes are those that the ledger names (invariant 1)."""

from collections.abc import Iterator
from hashlib import sha256

import pytest
from massid_local.carrot_sandbox import SandboxSettings
from massid_local.carrot_sandbox.documents import Attachment
from massid_local.carrot_sandbox.faults import ScriptedFault
from massid_local.carrot_sandbox.settings import Credential
from massid_relay.carrot.auth import CarrotCredentials
from massid_relay.carrot.client import CarrotClient
from massid_relay.carrot.settings import CarrotSettings
from massid_relay.carrot.transport import new_http_client

from tests.faults.carrot import Platform
from tests.faults.description import CARROT
from tests.integration.workers.bench import DOCUMENTS, EVIDENCE, Bench
from tests.integration.workers.mortal import run_and_die
from tests.integration.workers.payloads import PDF, document_message, files_message, party
from tests.integration.workers.test_closing_on_the_sandbox import NewBench, OverThePlatform

FIRST, SECOND = PDF + b"1", PDF + b"2"
FAULTS = ["timeout-after", "broken-after", "timeout-before", "500-json-after", "503-text-before"]


class Attaching:
    """A document on the sandbox, whose file was asked for."""

    def __init__(self, bench: Bench, **settings: object) -> None:
        quick = {"requests_per_second": None, "slow_seconds": 0, "hold_seconds": 0.001}
        self.bench = bench
        self.platform = Platform(SandboxSettings.model_validate(quick | settings), bench.clock)
        pair = CarrotCredentials(Credential().client_id, Credential().client_secret)
        addresses = CarrotSettings.model_validate({"base_url": CARROT, "token_url": f"{CARROT}/oauth2/token"})
        http = new_http_client(OverThePlatform(self.platform))
        bench.carrot = CarrotClient(addresses, lambda: pair, bench.clock, http=http)  # type: ignore[assignment]
        bench.relay = bench.container()
        bench.send(DOCUMENTS, document_message(**party()))
        bench.run()
        bench.move(hours=1)
        bench.send(EVIDENCE, files_message("mtr.pdf"))
        bench.run()

    def meets(self, fault: str, path: str) -> None:
        self.platform.sandbox.faults.add(ScriptedFault(fault, "PUT", path))

    @property
    def attachment(self) -> Attachment:
        (document,) = self.platform.sandbox.documents.values()
        (only,) = document.attachments.values()
        return only

    def holds(self, content: bytes) -> None:
        """The network and the ledger agree."""
        file = self.bench.record("doc").files["mtr.pdf"]
        assert file.attached
        assert file.attachment_id == self.attachment.id
        assert self.attachment.sha256 == sha256(content).hexdigest()
        assert self.bench.dead == []


@pytest.fixture
def attaching(new_bench: NewBench, request: pytest.FixtureRequest) -> Iterator[Attaching]:
    """On the usual sandbox, or on one with other switches."""
    made = Attaching(new_bench(), **getattr(request, "param", {}))
    yield made
    made.platform.close()


@pytest.mark.parametrize("path", ["/storage/*", "/documents/*/attachments/*"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_is_stored_once_whatever_answer_is_lost(attaching: Attaching, fault: str, path: str) -> None:
    attaching.meets(fault, path)
    attaching.bench.drop("doc", "mtr.pdf", FIRST)
    attaching.bench.run()

    attaching.holds(FIRST)
    assert list(attaching.attachment.uploads.values()) == [1]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_is_replaced_meanwhile_is_the_one_that_stays(attaching: Attaching, fault: str) -> None:
    attaching.meets(fault, "/storage/*")
    attaching.bench.drop("doc", "mtr.pdf", FIRST, tell=False)
    attaching.bench.send(EVIDENCE, files_message("mtr.pdf"))
    attaching.bench.work(EVIDENCE)
    attaching.bench.drop("doc", "mtr.pdf", SECOND)
    attaching.bench.run()

    attaching.holds(SECOND)


@pytest.mark.parametrize("effects", range(1, 8))
def test_a_worker_dies_and_the_file_is_stored_once(attaching: Attaching, effects: int) -> None:
    """Invariants 1 and 2."""
    attaching.bench.drop("doc", "mtr.pdf", FIRST)
    run_and_die(attaching.bench, effects)

    attaching.holds(FIRST)
    assert list(attaching.attachment.uploads.values()) == [1]


@pytest.mark.parametrize("attaching", [{"reupload": "refuse"}], indirect=True, ids=["refuse"])
def test_a_platform_that_replaces_no_file_leaves_the_second_one_dead(attaching: Attaching) -> None:
    """Never two attachments: the ledger says of neither that it is the one."""
    attaching.meets("timeout-after", "/storage/*")
    attaching.bench.drop("doc", "mtr.pdf", FIRST, tell=False)
    attaching.bench.send(EVIDENCE, files_message("mtr.pdf"))
    attaching.bench.work(EVIDENCE)
    attaching.bench.drop("doc", "mtr.pdf", SECOND)
    attaching.bench.run()

    assert attaching.bench.record("doc").files["mtr.pdf"].refused
    assert attaching.attachment.sha256 == sha256(FIRST).hexdigest()
    assert set(attaching.bench.dead) == {"Rejected409"}
