"""All breakages by name."""

from typing import Final

from massid_local.samples.breakages import Breakage
from massid_local.samples.catalogue_journey import JOURNEY_BREAKAGES
from massid_local.samples.catalogue_papers import PAPER_BREAKAGES
from massid_local.samples.catalogue_shape import SHAPE_BREAKAGES
from massid_local.samples.catalogue_weights import WEIGHT_BREAKAGES

BREAKAGES: Final[dict[str, Breakage]] = {
    breakage.name: breakage for breakage in (*JOURNEY_BREAKAGES, *WEIGHT_BREAKAGES, *PAPER_BREAKAGES, *SHAPE_BREAKAGES)
}
