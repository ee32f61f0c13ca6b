"""Whole samples: valid, consistent, in order, and the same every time."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from massid_local.samples import SampleMassID, generate
from massid_local.samples.plan import AUTHOR_CARBON_FRACTIONS, SMALL_CONTAINERS, SUBTYPES, Methodology, Variety
from massid_local.samples.waste import usable_wastes
from massid_relay.core.jsons import JsonObject, dumps, loads
from stdnum.br import cnpj, cpf

TODAY = date(2026, 11, 20)

seeds = st.integers(min_value=0, max_value=999_999_999)
days = st.dates(min_value=date(2025, 1, 1), max_value=date(2032, 12, 31))
methodologies: st.SearchStrategy[Methodology] = st.sampled_from(get_args(Methodology))
few = settings(max_examples=25, deadline=None)


def samples_of(seed: int, today: date = TODAY, count: int = 12, variety: Variety = "full") -> list[SampleMassID]:
    return generate(count, seed, today, variety=variety)


def attribute(event: JsonObject, name: str) -> Any:
    return next((one["value"] for one in event["metadata"]["attributes"] if one["name"] == name), None)


def named(sample: SampleMassID, name: str) -> list[JsonObject]:
    return [event for event in sample.submission["events"] if event["name"] == name]


def actor(sample: SampleMassID, label: str) -> JsonObject:
    return next(event for event in named(sample, "ACTOR") if event["label"] == label)


def moments(sample: SampleMassID) -> list[datetime]:
    times = [sample.submission["document"], *sample.submission["events"]]
    return [datetime.fromisoformat(one["externalCreatedAt"]) for one in times]


@few
@given(seed=seeds, today=days, methodology=methodologies)
def test_seed_and_today_fix_every_submission(seed: int, today: date, methodology: Methodology) -> None:
    first = generate(5, seed, today, methodology=methodology, variety="full")
    second = generate(5, seed, today, methodology=methodology, variety="full")
    assert [dumps(one.submission) for one in first] == [dumps(one.submission) for one in second]


def test_a_sample_does_not_depend_on_how_many_are_asked_for() -> None:
    assert samples_of(7, count=3)[2].submission == samples_of(7, count=9)[2].submission


def test_another_seed_or_another_day_gives_other_external_ids() -> None:
    ids = [
        {one.external_id for one in samples_of(seed, today)}
        for seed, today in ((1, TODAY), (2, TODAY), (1, date(2026, 1, 2)))
    ]
    assert not ids[0] & ids[1]
    assert not ids[0] & ids[2]


@few
@given(seed=seeds)
def test_every_tax_id_has_valid_check_digits(seed: int) -> None:
    for sample in samples_of(seed):
        for party in [sample.submission["document"], *sample.submission["events"]]:
            participant = party["participant"]
            check = cpf.is_valid if participant["taxIdType"] == "CPF" else cnpj.is_valid
            assert check(participant["taxId"])
            assert participant["taxId"].isdigit()


@few
@given(seed=seeds)
def test_every_address_carries_all_fields_that_an_inline_address_needs(seed: int) -> None:
    fields = {"name", "street", "number", "neighborhood", "city", "countryState", "countryCode", "zipCode"}
    for sample in samples_of(seed):
        for one in [sample.submission["document"], *sample.submission["events"]]:
            address = one["address"]
            assert address.keys() == fields | {"latitude", "longitude"}
            assert all(isinstance(address[name], str) and address[name] for name in fields)
            assert (address["countryState"], len(address["zipCode"])) == ("SP", 8)
            assert Decimal(-24) < address["latitude"] < Decimal(-22)
            assert Decimal(-48) < address["longitude"] < Decimal(-46)


@few
@given(seed=seeds, today=days)
def test_events_stand_in_the_order_of_their_times_and_all_before_today(seed: int, today: date) -> None:
    """Invariant 3."""
    for sample in samples_of(seed, today):
        times = moments(sample)
        assert all(before < after for before, after in pairwise(times))
        assert times[-1].date() < today
        assert sample.submission["events"][-1]["name"] == "CLOSE"


@few
@given(seed=seeds, today=days)
def test_composting_takes_60_to_180_days_and_ends_last_year_at_the_earliest(seed: int, today: date) -> None:
    for sample in samples_of(seed, today):
        begun = datetime.fromisoformat(named(sample, "Drop-off")[0]["externalCreatedAt"])
        ended = datetime.fromisoformat(named(sample, "Recycled")[0]["externalCreatedAt"])
        assert timedelta(days=60) <= ended - begun <= timedelta(days=180)
        assert ended.year >= today.year - 1


@few
@given(seed=seeds)
def test_weights_agree_from_the_scale_to_the_end(seed: int) -> None:
    for sample in samples_of(seed):
        weighing, sorting = named(sample, "Weighing")[0], named(sample, "Sorting")[0]
        gross, tare = attribute(weighing, "Gross Weight"), attribute(weighing, "Tare")
        quantity = attribute(weighing, "Container Quantity") or 1
        deducted = attribute(sorting, "Deducted Weight")
        assert gross - tare * quantity == weighing["value"]
        assert attribute(sorting, "Gross Weight") == weighing["value"]
        assert abs(deducted - weighing["value"] * sample.load.plan.recycler.sorting_factor) < Decimal("0.001")
        assert sorting["value"] == weighing["value"] - deducted
        assert min(tare, deducted, sorting["value"]) > 0


@few
@given(seed=seeds)
def test_sorting_gives_the_last_value_of_the_timeline(seed: int) -> None:
    for sample in samples_of(seed):
        valued = [event["name"] for event in sample.submission["events"] if "value" in event]
        assert valued == ["Weighing"] * (2 if sample.load.plan.two_step else 1) + ["Sorting"]


@few
@given(seed=seeds)
def test_numbers_have_three_decimals_at_most_and_survive_the_wire(seed: int) -> None:
    for sample in samples_of(seed):
        assert loads(dumps(sample.submission)) == sample.submission
        for event in sample.submission["events"]:
            value = Decimal(event.get("value", 0))
            assert value == value.quantize(Decimal("0.001"))


@few
@given(seed=seeds)
def test_external_ids_are_unique_and_of_the_agreed_form(seed: int) -> None:
    samples = samples_of(seed, count=20)
    ids = [one.external_id for one in samples]
    ids += [event["externalId"] for one in samples for event in one.submission["events"]]
    assert len(ids) == len(set(ids))
    assert all(0 < len(one) <= 64 and one.replace(".", "").replace("-", "").isalnum() and one.isascii() for one in ids)


def test_no_two_pick_ups_share_their_time() -> None:
    times = [named(one, "Pick-up")[0]["externalCreatedAt"] for one in samples_of(3, count=400, variety="demo")]
    assert len(set(times)) == len(times)


@few
@given(seed=seeds)
def test_drop_off_and_certificate_stand_at_the_recyclers_own_address(seed: int) -> None:
    for sample in samples_of(seed):
        recycler = actor(sample, "Recycler")
        for event in (named(sample, "Drop-off")[-1], named(sample, "Recycling Manifest")[0]):
            assert (event["participant"], event["address"]) == (recycler["participant"], recycler["address"])


@few
@given(seed=seeds)
def test_the_generator_is_creator_and_first_pick_up(seed: int) -> None:
    for sample in samples_of(seed):
        generator = actor(sample, "Waste Generator")
        for one in (sample.submission["document"], named(sample, "Pick-up")[0]):
            assert (one["participant"], one["address"]) == (generator["participant"], generator["address"])


@few
@given(seed=seeds)
def test_code_description_and_subtype_belong_together(seed: int) -> None:
    for sample in samples_of(seed):
        pick_up = named(sample, "Pick-up")[0]
        waste = usable_wastes()[str(attribute(pick_up, "Local Waste Classification ID"))]
        assert attribute(pick_up, "Local Waste Classification Description") == waste.description
        assert sample.submission["document"]["subtype"] == waste.subtype


@few
@given(seed=seeds)
def test_generator_and_hauler_are_private_and_plates_flagged(seed: int) -> None:
    """Invariant 7."""
    for sample in samples_of(seed):
        for event in named(sample, "ACTOR"):
            assert event["isPublic"] is (event["label"] not in {"Waste Generator", "Hauler"})
        for event in sample.submission["events"]:
            for entry in event.get("metadata", {}).get("attributes", []):
                assert isinstance(entry["isPublic"], bool)
                if entry["name"] in {"Vehicle License Plate", "Driver Identifier"}:
                    assert (entry["isPublic"], entry["sensitive"]) == (False, True)
            assert not any(attachment["isPublic"] for attachment in event.get("attachments", []))


def test_the_demo_sends_twelve_events_a_close_and_three_files() -> None:
    for sample in samples_of(1, count=25, variety="demo"):
        names = [event["name"] for event in sample.submission["events"]]
        assert names == [
            *["ACTOR"] * 5,
            *["Pick-up", "Transport Manifest", "Weighing", "Drop-off", "Sorting"],
            *["Recycling Manifest", "Recycled", "CLOSE"],
        ]
        assert [file.name for file in sample.files] == sample.submission["evidence"]
        assert len(sample.files) == 3


def test_the_demo_needs_few_newcomers() -> None:
    """Five generators, two haulers, one processor, one recycler, one integrator."""
    tax_ids = {
        event["participant"]["taxId"]
        for sample in samples_of(1, count=200, variety="demo")
        for event in sample.submission["events"]
    }
    assert len(tax_ids) == 10


def test_sixty_of_the_full_variety_hold_every_kind_that_can_pass() -> None:
    plans = [one.load.plan for one in samples_of(1, count=60)]
    assert len({plan.vehicle.type for plan in plans}) == 10
    assert {plan.waste.subtype for plan in plans} == set(SUBTYPES)
    assert {plan.container for plan in plans} == {"Truck", *SMALL_CONTAINERS}
    for flag in ("two_step", "via_processor", "names_driver", "transport_exempt", "recycling_exempt"):
        assert {getattr(plan, flag) for plan in plans} == {True, False}
    assert {plan.processor == plan.recycler for plan in plans} == {True, False}
    assert {plan.hauler is None for plan in plans} == {True, False}
    assert any(plan.generator.is_person for plan in plans)


def test_carbon_takes_only_other_wastes_whose_carbon_fraction_is_known() -> None:
    samples = generate(200, 1, TODAY, methodology="bold-carbon", variety="full")
    others = {one.load.plan.waste.code for one in samples if one.load.plan.waste.subtype == "Others (if organic)"}
    assert others
    assert others <= set(AUTHOR_CARBON_FRACTIONS)
    assert {one.submission["methodology"] for one in samples} == {"bold-carbon"}


@pytest.mark.parametrize(("count", "seed"), [(-1, 1), (60_001, 1), (1, -1), (1, 1_000_000_000)])
def test_counts_and_seeds_out_of_range_are_refused(count: int, seed: int) -> None:
    with pytest.raises(ValueError, match="must lie between"):
        generate(count, seed, TODAY)
