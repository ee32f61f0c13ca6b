"""What the auditor would fail is answered before anything is sent; what passed stays clean on the network."""

from datetime import UTC, datetime, time
from typing import Any

import httpx
import pytest
from massid_local.samples import SampleMassID, generate
from massid_local.samples.breakages import broken
from massid_local.samples.catalogue import BREAKAGES
from massid_relay.core.jsons import loads
from massid_relay.preflight import Methodology, run_preflight

from tests.e2e.conftest import TODAY, Running

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("e2e-preflight")]
NOW = datetime.combine(TODAY, time(), UTC)


def plate_missing(number: int) -> SampleMassID:
    return broken(generate(number + 1, seed=11, today=TODAY)[number], BREAKAGES["plate-missing"], 1)


def drop_evidence(running: Running, sample: SampleMassID) -> None:
    for file in sample.files:
        running.drop(f"evidence/{sample.external_id}/{file.name}", file.render())


def closed(running: Running, external_id: str) -> Any:
    standing = running.standing(external_id)
    return standing if standing and standing.status == "closed and verified" else None


def test_a_massid_that_must_fail_is_refused_with_all_findings_at_once(running: Running) -> None:
    sample = plate_missing(0)
    running.send("SubmissionsQueue", sample.submission)
    (letter,) = running.eventually(lambda: running.dead_letters(sample.external_id))
    assert letter.error_type == "RefusedByPreflight"
    rules = {field.problem.split(":")[0] for field in letter.fields}
    assert rules == {"waste-mass-is-unique", "vehicle-identification"}
    assert running.effects(sample.external_id) == []


def test_a_submission_may_ask_to_be_sent_all_the_same(running: Running) -> None:
    sample = plate_missing(1)
    drop_evidence(running, sample)
    running.send("SubmissionsQueue", sample.submission | {"preflight": "warn"})
    running.eventually(lambda: closed(running, sample.external_id))


def test_what_passed_before_it_was_sent_passes_as_the_platform_returns_it(running: Running) -> None:
    sample = generate(1, seed=12, today=TODAY)[0]
    drop_evidence(running, sample)
    running.send("SubmissionsQueue", sample.submission)
    standing = running.eventually(lambda: closed(running, sample.external_id))
    document = stored(running, standing.document_id)
    before = run_preflight(sample.submission, methodology=Methodology.BOLD_RECYCLING, now=NOW)
    after = run_preflight(document, methodology=Methodology.BOLD_RECYCLING, now=NOW)
    assert after.verdicts == before.verdicts
    assert after.passes


def stored(running: Running, document_id: str) -> Any:
    """GET as an integrator does."""
    url = running.stack.carrot.url
    grant = {"grant_type": "client_credentials", "scope": "api.carrot.eco/main-scope"}
    token = httpx.post(f"{url}/oauth2/token", auth=("sandbox-client", "sandbox-secret"), data=grant).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    return loads(httpx.get(f"{url}/documents/{document_id}", headers=headers).content)
