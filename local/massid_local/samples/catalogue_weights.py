"""Breakages of weighing and sorting."""

from decimal import Decimal
from random import Random
from typing import Final

from massid_local.samples.breakages import Breakage
from massid_local.samples.conditions import in_bulk, in_containers, weighed_twice
from massid_local.samples.draft import (
    Draft,
    Edit,
    add_value,
    drop_event,
    drop_value,
    repeat_event,
    set_value,
    shift_value,
)

WEIGHING: Final = frozenset({"weighing"})
SORTING: Final = frozenset({"mass-id-sorting"})


def _value_of_drop_off(draft: Draft, rng: Random) -> None:
    draft.event("Drop-off")["value"] = draft.event("Weighing")["value"] + rng.randint(1, 20)


def _value_of_recycled(draft: Draft, rng: Random) -> None:
    draft.event("Recycled")["value"] = draft.event("Sorting")["value"] - Decimal(rng.randint(1, 9)) / 10


def _gross_as_text(draft: Draft, _: Random) -> None:
    entry = draft.attribute("Weighing", "Gross Weight")
    entry["value"] = str(entry["value"])


def _without_format(event: str, name: str) -> Edit:
    def edit(draft: Draft, _: Random) -> None:
        del draft.attribute(event, name)["format"]

    return edit


def _nothing_deducted(draft: Draft, _: Random) -> None:
    draft.attribute("Sorting", "Deducted Weight")["value"] = 0
    draft.event("Sorting")["value"] = draft.attribute("Sorting", "Gross Weight")["value"]


def _sorting_value_off(draft: Draft, rng: Random) -> None:
    draft.event("Sorting")["value"] += Decimal(rng.randint(10, 250)) / 10


WEIGHT_BREAKAGES: Final = (
    Breakage(
        "weighing-missing",
        "no Weighing event",
        WEIGHING | SORTING,
        edit=drop_event("Weighing"),
        applies=lambda load: not weighed_twice(load),
    ),
    Breakage(
        "weighing-three-times",
        "more than two Weighing events",
        WEIGHING,
        edit=repeat_event("Weighing", times=2),
    ),
    Breakage(
        "weighings-differ",
        "two weighings with two gross weights",
        WEIGHING,
        edit=shift_value("Weighing", "Gross Weight"),
        applies=weighed_twice,
    ),
    Breakage(
        "weighing-plate-malformed",
        "the licence plate at the scale is no plate",
        WEIGHING,
        edit=set_value("Weighing", "Vehicle License Plate", "CAMINHAO 3"),
    ),
    Breakage(
        "weighing-undescribed",
        "the weighing has no description",
        WEIGHING,
        edit=drop_value("Weighing", "Description"),
    ),
    Breakage(
        "scale-type-unknown",
        "the scale type is not in the list",
        WEIGHING,
        edit=set_value("Weighing", "Scale Type", "Two-bin Lateral Scale"),
    ),
    Breakage(
        "scale-type-not-accredited",
        "another scale than the one in the recycler's accreditation",
        WEIGHING,
        edit=set_value("Weighing", "Scale Type", "Forklift Scale"),
        applies=lambda load: not weighed_twice(load),
    ),
    Breakage(
        "capture-method-unknown",
        "the capture method is spelt as in the older pages",
        WEIGHING,
        edit=set_value("Weighing", "Weighing Capture Method", "Photo (Scale+Cargo)"),
    ),
    Breakage(
        "container-quantity-with-truck",
        "a truck with a container quantity",
        WEIGHING,
        edit=add_value("Weighing", "Container Quantity", 1),
        applies=in_bulk,
    ),
    Breakage(
        "container-quantity-missing",
        "containers without their number",
        WEIGHING,
        edit=drop_value("Weighing", "Container Quantity"),
        applies=in_containers,
    ),
    Breakage(
        "net-weight-off",
        "gross less tare isn't the net weight",
        WEIGHING,
        edit=shift_value("Weighing", "Gross Weight"),
        applies=in_containers,
    ),
    Breakage(
        "tare-zero",
        "the tare is zero",
        WEIGHING,
        edit=set_value("Weighing", "Tare", 0),
    ),
    Breakage(
        "gross-weight-as-text",
        "the gross weight is written as text",
        WEIGHING,
        edit=_gross_as_text,
    ),
    Breakage(
        "container-capacity-without-format",
        "the container capacity has no unit",
        WEIGHING,
        edit=_without_format("Weighing", "Container Capacity"),
    ),
    Breakage(
        "sorting-missing",
        "no Sorting event",
        SORTING,
        edit=drop_event("Sorting"),
    ),
    Breakage(
        "sorting-gross-off",
        "the gross weight at sorting isn't the weight before",
        SORTING,
        edit=shift_value("Sorting", "Gross Weight"),
    ),
    Breakage(
        "sorting-deducted-off",
        "the deducted weight isn't gross times the sorting factor",
        SORTING,
        edit=shift_value("Sorting", "Deducted Weight"),
    ),
    Breakage(
        "sorting-value-off",
        "the value after sorting isn't gross less deducted",
        SORTING,
        edit=_sorting_value_off,
    ),
    Breakage(
        "sorting-weight-without-format",
        "the deducted weight has no unit",
        SORTING,
        edit=_without_format("Sorting", "Deducted Weight"),
    ),
    Breakage(
        "nothing-deducted",
        "a load without rejects, which the rule can't accept",
        SORTING,
        edit=_nothing_deducted,
    ),
    Breakage(
        "value-between",
        "the Drop-off carries another value than the weighing",
        SORTING,
        edit=_value_of_drop_off,
    ),
    Breakage(
        "value-after-sorting",
        "the Recycled event changes the document's value",
        SORTING,
        edit=_value_of_recycled,
    ),
)
