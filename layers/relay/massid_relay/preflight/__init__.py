"""Preflight: what the auditor of BOLD Recycling or BOLD Carbon will say, before anything is sent. Core code, no cloud.

Every fact cites its file in carrot-foundation/methodology-rules; docs/preflight.md says what is decided here and what can't be.
"""

from massid_relay.preflight.accreditations import profile_from_documents
from massid_relay.preflight.engine import run_preflight
from massid_relay.preflight.findings import Finding, Outcome, PreflightReport
from massid_relay.preflight.profile import AccreditationProfile, parse_profile
from massid_relay.preflight.profile_file import load_profile
from massid_relay.preflight.vocabulary import Methodology

__all__ = [
    "AccreditationProfile",
    "Finding",
    "Methodology",
    "Outcome",
    "PreflightReport",
    "load_profile",
    "parse_profile",
    "profile_from_documents",
    "run_preflight",
]
