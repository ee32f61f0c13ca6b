"""Realistic MassIDs from a seed: submissions and their evidence files, whole or broken in a chosen way.

`generate` makes whole ones, `broken` (massid_local.samples.breakages) breaks one in a named way.
"""

from massid_local.samples.generator import SampleFile, SampleMassID, generate

__all__ = ["SampleFile", "SampleMassID", "generate"]
