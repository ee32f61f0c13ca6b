"""To which loads a breakage applies, and changes of their facts."""

from dataclasses import replace
from datetime import datetime, timedelta

from massid_local.samples.load import Load, Times
from massid_local.samples.plan import HAULER_OPTIONAL, WITHOUT_MANIFEST


def needs_plate(load: Load) -> bool:
    """Vehicle types whose plate vehicle-identification reads."""
    return load.plan.vehicle.type not in WITHOUT_MANIFEST | {"Others"}


def needs_hauler(load: Load) -> bool:
    return load.plan.hauler is not None and load.plan.vehicle.type not in HAULER_OPTIONAL


def names_driver(load: Load) -> bool:
    return load.plan.names_driver and load.plan.vehicle.type != "Sludge Pipes"


def goes_straight(load: Load) -> bool:
    return not load.plan.via_processor


def in_bulk(load: Load) -> bool:
    return load.weights.quantity is None


def in_containers(load: Load) -> bool:
    return load.weights.quantity is not None


def weighed_twice(load: Load) -> bool:
    return load.plan.two_step


def has_transport_manifest(load: Load) -> bool:
    return not load.plan.transport_exempt


def has_recycling_manifest(load: Load) -> bool:
    return not load.plan.recycling_exempt


def has_both_manifests(load: Load) -> bool:
    return has_transport_manifest(load) and has_recycling_manifest(load)


def shift(load: Load, by: timedelta) -> Load:
    """Everything up to the certificate, earlier or later."""
    times = load.times
    moved = {name: getattr(times, name) + by for name in _BEFORE_RECYCLED}
    return replace(load, times=replace(times, **moved))


_BEFORE_RECYCLED = ("created", "picked_up", "weighed", "dropped_off", "sorted", "certified")


def with_recycled(load: Load, recycled: datetime) -> Load:
    """Recycled at another time, and closed an hour later."""
    times: Times = replace(load.times, recycled=recycled, closed=recycled + timedelta(hours=1))
    return replace(load, times=times)
