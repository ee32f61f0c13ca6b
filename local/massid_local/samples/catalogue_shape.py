"""Breakages of the shape: the auditor's loader drops the whole document without a word why (bold-methodology §1 and §3)."""

from random import Random
from typing import Final

from massid_local.samples.breakages import Breakage
from massid_local.samples.draft import Draft, set_in_event

SHAPE: Final = frozenset({"document-shape"})


def _format_unknown(draft: Draft, _: Random) -> None:
    draft.attribute("Drop-off", "Receiving Operator Identifier")["format"] = "NUMBER"


def _format_kg(draft: Draft, _: Random) -> None:
    draft.attribute("Weighing", "Gross Weight")["format"] = "kg"


def _attribute_visibility_as_text(draft: Draft, rng: Random) -> None:
    rng.choice(draft.attributes("Weighing"))["isPublic"] = "true"


def _local_time(draft: Draft, _: Random) -> None:
    event = draft.event("ACTOR", "Integrator")
    event["externalCreatedAt"] = event["externalCreatedAt"].removesuffix("Z")


SHAPE_BREAKAGES: Final = (
    Breakage("format-unknown", "an attribute's format is NUMBER", SHAPE, edit=_format_unknown),
    Breakage("format-kg", "a weight's format is kg", SHAPE | {"weighing"}, edit=_format_kg),
    Breakage(
        "attribute-visibility-as-text",
        "one attribute's isPublic is a text",
        SHAPE,
        edit=_attribute_visibility_as_text,
        refused_by_queue=True,
    ),
    Breakage(
        "street-number-as-number",
        "the street number is a JSON number",
        SHAPE,
        edit=set_in_event("ACTOR", "address", "number", value=1499, label="Integrator"),
        refused_by_queue=True,
    ),
    Breakage(
        "neighborhood-empty",
        "an optional text is empty",
        SHAPE,
        edit=set_in_event("ACTOR", "address", "neighborhood", value="", label="Integrator"),
        refused_by_queue=True,
    ),
    Breakage(
        "time-without-offset",
        "a time has neither Z nor an offset",
        SHAPE,
        edit=_local_time,
        refused_by_queue=True,
    ),
)
