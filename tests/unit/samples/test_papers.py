"""The evidence files: real, small, readable, and in agreement with the message."""

from datetime import date
from io import BytesIO

import pytest
from massid_local.samples import SampleFile, SampleMassID, generate
from massid_relay.core.jsons import JsonObject
from PIL import Image
from pypdf import PdfReader

TODAY = date(2026, 11, 20)
SAMPLES = [*generate(3, 5, TODAY), *generate(20, 5, TODAY, variety="full")]


def text_of(file: SampleFile) -> str:
    return PdfReader(BytesIO(file.render())).pages[0].extract_text()


def event(sample: SampleMassID, name: str) -> JsonObject:
    return next(one for one in sample.submission["events"] if one["name"] == name)


def number(sample: SampleMassID, name: str) -> str:
    entries = event(sample, name)["metadata"]["attributes"]
    return str(next(one["value"] for one in entries if one["name"] == "Document Number"))


def with_file(prefix: str) -> list[object]:
    found = [(one, file) for one in SAMPLES for file in one.files if file.name.startswith(prefix)]
    return [pytest.param(one, file, id=one.external_id) for one, file in found]


def test_the_same_file_twice_is_the_same_bytes() -> None:
    again = generate(3, 5, TODAY)
    for one, other in zip(SAMPLES[:3], again, strict=True):
        assert [file.render() for file in one.files] == [file.render() for file in other.files]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one.external_id)
def test_every_file_is_small_and_named_in_the_message(sample: SampleMassID) -> None:
    assert [file.name for file in sample.files] == sample.submission["evidence"]
    assert all(0 < len(file.render()) < 60_000 for file in sample.files)


@pytest.mark.parametrize(("sample", "file"), with_file("mtr-"))
def test_the_transport_manifest_says_what_the_events_say(sample: SampleMassID, file: SampleFile) -> None:
    text, load = text_of(file), sample.load
    assert f"MTR Nº: {number(sample, 'Transport Manifest')}" in text
    assert f"Data de Emissão: {load.times.picked_up:%d/%m/%Y}" in text
    assert f"Data de Transporte: {load.times.picked_up:%d/%m/%Y}" in text
    assert f"Data de Recebimento: {load.composting_begins:%d/%m/%Y}" in text
    assert f"Placa do Veículo: {load.plan.vehicle.plate}" in text
    assert load.plan.waste.description in text
    for party in (load.plan.generator, load.plan.hauler or load.plan.generator, load.plan.recycler):
        assert party.name in text
        assert party.written_tax_id in text


@pytest.mark.parametrize(("sample", "file"), with_file("cdf-"))
def test_the_certificate_says_what_the_events_say(sample: SampleMassID, file: SampleFile) -> None:
    text, load = text_of(file), sample.load
    begin, end = load.times.processing_period
    assert f"CDF nº {number(sample, 'Recycling Manifest')}" in text
    assert f"Período: {begin:%d/%m/%Y} a {end:%d/%m/%Y}" in text
    assert begin <= load.composting_begins.date() <= end
    assert f"{load.plan.recycler.place.city}, {load.times.certified:%d/%m/%Y}" in text
    assert (load.transport_number in text) is not load.plan.transport_exempt
    for party in (load.plan.generator, load.plan.recycler):
        assert party.name in text
        assert party.tax_id in text


@pytest.mark.parametrize(("sample", "file"), with_file("ticket-"))
def test_the_scale_ticket_is_a_picture_of_the_weighing(sample: SampleMassID, file: SampleFile) -> None:
    picture = Image.open(BytesIO(file.render()))
    assert picture.format == "PNG"
    assert picture.getcolors(maxcolors=2) is not None
    assert event(sample, "Weighing")["attachments"][0]["label"] == "Weighing Ticket"
    assert event(sample, "Weighing")["attachments"][0]["fileName"] == file.name


def test_papers_never_state_less_than_was_weighed() -> None:
    for sample in SAMPLES:
        assert sample.load.weights.declared >= event(sample, "Weighing")["value"]
