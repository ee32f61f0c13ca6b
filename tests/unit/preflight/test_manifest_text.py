"""What the manifests' own text says, against the events. The papers are the sample generator's PDFs."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from massid_cli.preflight import register
from massid_local.samples import SampleMassID, generate
from massid_local.samples.breakages import NotApplicable, broken
from massid_local.samples.catalogue import BREAKAGES
from massid_relay.core.jsons import dumps, loads
from massid_relay.preflight import Outcome, PreflightReport, run_preflight
from massid_relay.preflight.manifest_fields import read_recycling_manifest, read_transport_manifest
from massid_relay.preflight.manifest_text import _same_plate
from massid_relay.preflight.pdf_text import pdf_text
from typer.testing import CliRunner

TODAY = date(2026, 11, 21)
MANIFEST_RULES = {"transport-manifest-data", "recycling-manifest-data"}


def judge(sample: SampleMassID) -> PreflightReport:
    texts = {file.name: pdf_text(file.render()) for file in sample.files if file.content_type == "application/pdf"}
    return run_preflight(
        loads(dumps(sample.submission)),
        methodology="bold-recycling",
        now=datetime(2026, 11, 21, 12, tzinfo=UTC),
        manifest_texts=texts,
    )


def doubts(report: PreflightReport) -> set[str]:
    return {finding.rule for finding in report.of(Outcome.FAILED, Outcome.REVIEW_REQUIRED)}


def samples() -> list[SampleMassID]:
    return generate(8, 5, TODAY, variety="full")


def test_whole_samples_agree_with_their_papers() -> None:
    for sample in samples():
        report = judge(sample)
        assert not doubts(report)
        unread = [
            one.sentence for one in report.findings if one.rule in MANIFEST_RULES and "Not compared" in one.sentence
        ]
        assert set(unread) <= {"Not compared with the file's text: addresses."}


@pytest.mark.parametrize("name", sorted(name for name, one in BREAKAGES.items() if one.only_papers_tell))
def test_a_paper_that_says_otherwise_is_found(name: str) -> None:
    tried = 0
    for sample in samples():
        try:
            report = judge(broken(sample, BREAKAGES[name], 1))
        except NotApplicable:
            continue
        tried += 1
        assert doubts(report) == BREAKAGES[name].rules
    assert tried


def test_fields_are_read_from_text() -> None:
    mtr = read_transport_manifest("MTR Nº: 12345\nIdentificação dos Resíduos\n200108 - Restos\nQuantidade: 1.234,50 kg")
    assert (mtr.number, mtr.quantity_kg, mtr.waste_code) == ("12345", Decimal("1234.50"), "200108")
    assert mtr.issued is None
    cdf = read_recycling_manifest(
        "CDF nº 7/2026\nPeríodo: 01/02/2026 a 03/02/2026\nManifestos Incluídos: 1234567, 7654321"
    )
    assert cdf.period == (date(2026, 2, 1), date(2026, 2, 3))
    assert cdf.transport_numbers == ("1234567", "7654321")


def test_of_several_waste_rows_none_is_guessed() -> None:
    fields = read_transport_manifest("Identificação dos Resíduos\n200108 - A\n1,0 kg\n200302 - B\n2,0 kg")
    assert (fields.waste_code, fields.quantity_kg) == (None, None)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ABC1D23", "abc-1d23", True),
        ("ABC1D23", "ABC1023", True),
        ("ABC1D23", "ABC1E23", False),
        ("A8C1O23", "ABC1023", False),
    ],
)
def test_one_look_alike_is_tolerated_in_a_plate(one: str, other: str, same: bool) -> None:
    assert _same_plate(one, other) is same


@pytest.mark.parametrize("content", [b"", b"no pdf", b"%PDF-1.7 broken"])
def test_what_has_no_text_is_not_decidable(content: bytes) -> None:
    assert pdf_text(content) is None


def test_the_command_reads_papers_from_a_folder(tmp_path: Path) -> None:
    sample = next(one for one in samples() if any(file.name.startswith("cdf") for file in one.files))
    wrong = broken(sample, BREAKAGES["paper-certificate-number-differs"], 1)
    (tmp_path / "papers" / wrong.external_id).mkdir(parents=True)
    for file in wrong.files:
        (tmp_path / "papers" / wrong.external_id / file.name).write_bytes(file.render())
    (tmp_path / "massid.json").write_text(dumps(wrong.submission))
    app: Any = typer.Typer()
    register(app)
    options = ["--today", "2026-11-21", "--json", "--evidence", str(tmp_path / "papers")]
    result = CliRunner().invoke(app, [str(tmp_path / "massid.json"), *options])
    assert result.exit_code == 1
    assert loads(result.stdout)["verdicts"]["recycling-manifest-data"] == "FAILED"
