"""Distances as the auditor measures them.

The auditor calls `getDistance` of the npm package geolib: spherical law of cosines on a sphere of 6,378,137 m, rounded
to whole metres. Source: github.com/manuelbieh/geolib src/getDistance.ts, src/constants.ts, src/robustAcos.ts.
"""

import math
from typing import NamedTuple

_EARTH_RADIUS_METRES = 6_378_137


class Point(NamedTuple):
    """Degrees."""

    latitude: float
    longitude: float


def distance_metres(one: Point, other: Point) -> int:
    """Great-circle distance in whole metres, halves rounded up."""
    first, second = _radians(one.latitude), _radians(other.latitude)
    between = _radians(one.longitude - other.longitude)
    cosine = math.sin(second) * math.sin(first) + math.cos(second) * math.cos(first) * math.cos(between)
    return math.floor(math.acos(max(-1.0, min(1.0, cosine))) * _EARTH_RADIUS_METRES + 0.5)


def _radians(degrees: float) -> float:
    return degrees * math.pi / 180  # in this order, so that the last bit agrees with the auditor's
