"""All facts of one load. The message and its papers are both written from here, so that they can't disagree."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_CEILING, Decimal
from random import Random
from typing import Final

from massid_local.samples.parties import Hauler
from massid_local.samples.plan import Methodology, Plan

SAO_PAULO_TIME: Final = timezone(timedelta(hours=-3), "-03")
"""The state of São Paulo has had no summer time since 2019; a fixed offset needs no time zone data on the machine."""

KG: Final = "KILOGRAM"


@dataclass(frozen=True, slots=True)
class Container:
    """A container type: capacity in `capacity_format`, own weight and usual filling in kg."""

    capacity: Decimal
    capacity_format: str
    tare: Decimal
    filling: Decimal


CONTAINERS: Final = {
    "Bag": Container(Decimal(100), "LITER", Decimal("0.4"), Decimal(28)),
    "Bin": Container(Decimal(240), "LITER", Decimal("12.5"), Decimal(90)),
    "Drum": Container(Decimal(200), "LITER", Decimal("9.2"), Decimal(110)),
    "Pail": Container(Decimal(20), "LITER", Decimal("1.1"), Decimal(12)),
    "Street Bin": Container(Decimal(1000), "LITER", Decimal("43.5"), Decimal(310)),
    "Waste Box": Container(Decimal("1.2"), "CUBIC_METER", Decimal("64.5"), Decimal(420)),
}


@dataclass(frozen=True, slots=True)
class Weights:
    """In kg, at most three decimals. `quantity` is None for a truck, whose own weight is the tare."""

    gross: Decimal
    tare: Decimal
    quantity: int | None
    capacity: Decimal
    capacity_format: str
    net: Decimal
    deducted: Decimal

    @property
    def sorted_value(self) -> Decimal:
        """What is left after sorting: the document's value at the end."""
        return plain(self.net - self.deducted)

    @property
    def declared(self) -> Decimal:
        """What the manifests say: whole kilograms, never less than the net weight."""
        return self.net.to_integral_value(rounding=ROUND_CEILING)


@dataclass(frozen=True, slots=True)
class Times:
    """When each thing happened, aware, in local time. Whole minutes apart from `created`."""

    created: datetime
    picked_up: datetime
    weighed: datetime
    dropped_off: datetime
    sorted: datetime
    certified: datetime
    recycled: datetime
    closed: datetime

    @property
    def processing_period(self) -> tuple[date, date]:
        """Monday to Sunday around the drop-off: what the final destination certificate covers."""
        day = self.dropped_off.date()
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Load:
    """One load from its generator to finished compost."""

    external_id: str
    methodology: Methodology
    plan: Plan
    times: Times
    weights: Weights
    driver: str
    operator: str
    transport_number: str
    recycling_number: str
    ticket_number: str
    picked_up_at: tuple[Decimal, Decimal]
    dropped_off_at: tuple[Decimal, Decimal]

    @property
    def processor_stop(self) -> tuple[datetime, datetime]:
        """Arrival at and departure from the processor, where the load goes by it."""
        arrival = self.times.picked_up + timedelta(minutes=45)
        return arrival, arrival + timedelta(minutes=50)

    @property
    def composting_begins(self) -> datetime:
        """The first drop-off, wherever it is: the composting cycle counts from there."""
        return self.processor_stop[0] if self.plan.via_processor else self.times.dropped_off

    @property
    def transport_file(self) -> str:
        return f"mtr-{self.transport_number}.pdf"

    @property
    def recycling_file(self) -> str:
        return f"cdf-{self.recycling_number.replace('/', '-')}.pdf"

    @property
    def ticket_file(self) -> str:
        return f"ticket-{self.ticket_number}.png"


def plain(number: Decimal) -> Decimal:
    """Three decimals at most, no trailing zeros, no exponent."""
    return Decimal(format(number.quantize(Decimal("0.001")).normalize(), "f"))


def draw_load(rng: Random, plan: Plan, external_id: str, index: int, methodology: Methodology, today: date) -> Load:
    """Draw times, weights and numbers for a plan."""
    times = draw_times(rng, index, today)
    return Load(
        external_id=external_id,
        methodology=methodology,
        plan=plan,
        times=times,
        weights=draw_weights(rng, plan),
        driver=rng.choice(plan.hauler.drivers if isinstance(plan.hauler, Hauler) else ("GER-01", "GER-02")),
        operator=rng.choice(plan.recycler.operators),
        transport_number=f"{times.picked_up.year % 100:02d}{rng.randrange(10**10):010d}",
        recycling_number=f"{rng.randrange(10**6, 10**7)}/{times.certified.year}",
        ticket_number=f"{rng.randrange(10**6):06d}",
        picked_up_at=_near(rng, plan.generator.place.latitude, plan.generator.place.longitude),
        dropped_off_at=_near(rng, plan.recycler.place.latitude, plan.recycler.place.longitude),
    )


def draw_times(rng: Random, index: int, today: date) -> Times:
    """Everything lies before `today`; `Recycled` 61 to 175 days after the drop-off and not before 1 January of last year
    (bold-methodology: project-period-limit, composting-cycle-timeframe). Seconds and milliseconds hold the index, so no
    two pick-ups of one run share their time (waste-mass-is-unique)."""
    recycled_day = today - timedelta(days=rng.randint(3, 93))
    day = recycled_day - timedelta(days=rng.randint(61, 175))
    second, millisecond = index % 60, index // 60 % 1000

    def at(on: date, hour: int, minute: int) -> datetime:
        return datetime(on.year, on.month, on.day, hour, minute, second, millisecond * 1000, tzinfo=SAO_PAULO_TIME)

    created = at(day, rng.randint(4, 8), rng.randrange(60))
    picked_up = created + timedelta(minutes=rng.randint(30, 90))
    weighed = picked_up + timedelta(minutes=rng.randint(130, 220))
    dropped_off = weighed + timedelta(minutes=rng.randint(20, 30))
    week_ends = day + timedelta(days=6 - day.weekday())
    recycled = at(recycled_day, rng.randint(8, 16), rng.randrange(60))
    return Times(
        created=created,
        picked_up=picked_up,
        weighed=weighed,
        dropped_off=dropped_off,
        sorted=dropped_off + timedelta(minutes=rng.randint(60, 180)),
        certified=at(week_ends + timedelta(days=rng.randint(1, 6)), rng.randint(9, 16), rng.randrange(60)),
        recycled=recycled,
        closed=recycled + timedelta(minutes=rng.randint(30, 210)),
    )


def draw_weights(rng: Random, plan: Plan) -> Weights:
    """A truck is weighed in steps of 10 kg, containers in steps of half a kilogram."""
    filled = plan.vehicle.capacity * rng.randint(35, 90) / 100
    if plan.container == "Truck":
        net = max(filled // 10 * 10, Decimal(10))
        tare = plan.vehicle.tare + 10 * rng.randint(-6, 6)
        return _weigh(plan, net, tare, None, plan.vehicle.capacity, KG)
    container = CONTAINERS[plan.container]
    net = max(filled * 2 // 1 / 2, Decimal(5))
    quantity = int((net / container.filling).to_integral_value(rounding=ROUND_CEILING))
    return _weigh(plan, net, container.tare, quantity, container.capacity, container.capacity_format)


def _weigh(plan: Plan, net: Decimal, tare: Decimal, quantity: int | None, capacity: Decimal, unit: str) -> Weights:
    return Weights(
        gross=plain(net + tare * (quantity or 1)),
        tare=plain(tare),
        quantity=quantity,
        capacity=plain(capacity),
        capacity_format=unit,
        net=plain(net),
        deducted=plain(net * plan.recycler.sorting_factor),
    )


def _near(rng: Random, latitude: Decimal, longitude: Decimal) -> tuple[Decimal, Decimal]:
    """A GPS fix within 250 m."""
    return latitude + Decimal(rng.randint(-150, 150)) / 100000, longitude + Decimal(rng.randint(-150, 150)) / 100000
