"""Paced calls per MassID: what a platform gets out of its limit. Ours are counted by the sandbox while the whole stack runs."""

from dataclasses import replace

from massid_local.carrot_sandbox import SandboxServer, SandboxSettings
from massid_local.samples import SampleMassID
from massid_relay.core.jsons import dumps, loads

from benchmarks.fleet import UNPACED, counting_fleet, reference_massids
from benchmarks.guide_client import GuideClient
from benchmarks.rows import Figure, Row, at_most

AIM = 8
"""5 and one for each of 3 files."""
PATIENCE = 90


def measure(full: bool) -> list[Row]:
    """The same MassID twice: the first introduces all its participants and addresses, of the second all are known."""
    sample = reference_massids(1)[0]
    ours, guide = _ours(sample), _guide(sample)
    return [
        Row("newcomers", "calls", ours[0], guide[0]),
        Row("participants known", "calls", ours[1], guide[1], f"at most {AIM}", at_most(AIM, ours[1])),
    ]


def _ours(sample: SampleMassID) -> list[int]:
    counts: list[int] = []
    with counting_fleet(UNPACED, SandboxSettings(requests_per_second=None)) as fleet:
        for external_id in ("newcomer", "known"):
            fleet.carry([renamed(sample, external_id)], PATIENCE)
            entries = fleet.stack.carrot.sandbox.journal.entries
            counts.append(sum(entry.counted for entry in entries) - sum(counts))
    return counts


def _guide(sample: SampleMassID) -> list[int]:
    """On a sandbox that tells ids in its answers, as the guide says."""
    counts: list[int] = []
    with SandboxServer(SandboxSettings(requests_per_second=None, ids_in_answers=True)) as server:
        client = GuideClient(server.base_url)
        for external_id in ("newcomer", "known"):
            assert client.submit(sample, external_id)["status"] == "CLOSED"
            counts.append(sum(entry.counted for entry in server.sandbox.journal.entries) - sum(counts))
    return counts


def renamed(sample: SampleMassID, external_id: str) -> SampleMassID:
    """The same MassID under another external id."""
    return replace(sample, submission=loads(dumps(sample.submission).replace(sample.external_id, external_id)))


FIGURE = Figure("calls", "paced calls per reference MassID", "a literal client of the guide", measure)
