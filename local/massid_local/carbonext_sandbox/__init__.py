"""A stand-in for Carbonext's B2B API, written from the public pages: real HTTP, no idempotency. It counts money."""

from massid_local.carbonext_sandbox.server import CarbonextServer
from massid_local.carbonext_sandbox.settings import Account, CarbonextSandboxSettings

__all__ = ["Account", "CarbonextSandboxSettings", "CarbonextServer"]
