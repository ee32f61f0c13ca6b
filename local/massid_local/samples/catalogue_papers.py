"""Breakages of the two manifests, in the message and in the papers themselves."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Final

from massid_local.samples.breakages import Breakage
from massid_local.samples.conditions import has_both_manifests, has_recycling_manifest, has_transport_manifest
from massid_local.samples.draft import Draft, Edit, add_value, drop_event, drop_value, set_in_event, set_value
from massid_local.samples.load import Load

MTR: Final = frozenset({"transport-manifest-data"})
CDF: Final = frozenset({"recycling-manifest-data"})
TRANSPORT, RECYCLING = "Transport Manifest", "Recycling Manifest"


def _label(event: str, label: str) -> Edit:
    def edit(draft: Draft, _: Random) -> None:
        draft.event(event)["attachments"][0]["label"] = label

    return edit


def _without_attachment(event: str) -> Edit:
    def edit(draft: Draft, _: Random) -> None:
        del draft.event(event)["attachments"]

    return edit


def _issue_date_without_format(draft: Draft, _: Random) -> None:
    del draft.attribute(TRANSPORT, "Issue Date")["format"]


def _issue_date_at_midnight(draft: Draft, _: Random) -> None:
    draft.attribute(TRANSPORT, "Issue Date")["value"] += "T00:00:00.000Z"


def _other_certificate_number(load: Load) -> Load:
    return replace(load, recycling_number=f"9{load.recycling_number[1:]}0")


def _other_receiver(load: Load) -> Load:
    recycler = replace(load.plan.recycler, tax_id=load.plan.processor.tax_id[::-1])
    return replace(load, plan=replace(load.plan, recycler=recycler))


def _transported_earlier(load: Load) -> Load:
    picked_up = load.times.picked_up - timedelta(days=9)
    return replace(load, times=replace(load.times, picked_up=picked_up))


def _less_on_paper(load: Load) -> Load:
    return replace(load, weights=replace(load.weights, net=load.weights.net / Decimal(2)))


PAPER_BREAKAGES: Final = (
    Breakage(
        "transport-manifest-missing",
        "no Transport Manifest event",
        MTR,
        edit=drop_event(TRANSPORT),
    ),
    Breakage(
        "transport-manifest-type-wrong",
        "the transport manifest is called CDF",
        MTR,
        edit=set_value(TRANSPORT, "Document Type", "CDF"),
        applies=has_transport_manifest,
    ),
    Breakage(
        "transport-manifest-label-wrong",
        "the attachment is labelled MTR",
        MTR,
        edit=_label(TRANSPORT, "MTR"),
        applies=has_transport_manifest,
    ),
    Breakage(
        "transport-manifest-file-missing",
        "no attachment, and no reason why",
        MTR,
        edit=_without_attachment(TRANSPORT),
        applies=has_transport_manifest,
    ),
    Breakage(
        "transport-manifest-exempt-and-attached",
        "an attachment, and also a reason why there is none",
        MTR,
        edit=add_value(TRANSPORT, "Exemption Justification", "Dispensado"),
        applies=has_transport_manifest,
    ),
    Breakage(
        "transport-manifest-number-missing",
        "the transport manifest has no number",
        MTR,
        edit=drop_value(TRANSPORT, "Document Number"),
        applies=has_transport_manifest,
    ),
    Breakage(
        "issue-date-without-format",
        "the issue date isn't marked as a date",
        MTR,
        edit=_issue_date_without_format,
        applies=has_transport_manifest,
    ),
    Breakage(
        "recycling-manifest-missing",
        "no Recycling Manifest event",
        CDF,
        edit=drop_event(RECYCLING),
    ),
    Breakage(
        "recycling-manifest-type-wrong",
        "the recycling manifest is called MTR",
        CDF,
        edit=set_value(RECYCLING, "Document Type", "MTR"),
        applies=has_recycling_manifest,
    ),
    Breakage(
        "recycling-manifest-elsewhere",
        "the Recycling Manifest is at another address than the ACTOR Recycler",
        CDF,
        edit=set_in_event(RECYCLING, "address", "number", value="4"),
    ),
    Breakage(
        "issue-date-at-midnight-utc",
        "the issue date is midnight UTC, which is the day before in São Paulo",
        MTR,
        edit=_issue_date_at_midnight,
        applies=has_transport_manifest,
        only_papers_tell=True,
    ),
    Breakage(
        "paper-certificate-number-differs",
        "the certificate itself has another number",
        CDF,
        papers=_other_certificate_number,
        applies=has_recycling_manifest,
        only_papers_tell=True,
    ),
    Breakage(
        "paper-receiver-differs",
        "both papers name another tax id of the recycler",
        MTR | CDF,
        papers=_other_receiver,
        applies=has_both_manifests,
        only_papers_tell=True,
    ),
    Breakage(
        "paper-transport-date-differs",
        "the transport manifest is dated days before the Pick-up",
        MTR,
        papers=_transported_earlier,
        applies=lambda load: has_transport_manifest(load) and not load.plan.via_processor,
        only_papers_tell=True,
    ),
    Breakage(
        "paper-quantity-too-small",
        "both papers state half of what was weighed",
        MTR | CDF,
        papers=_less_on_paper,
        applies=has_both_manifests,
        only_papers_tell=True,
    ),
)
