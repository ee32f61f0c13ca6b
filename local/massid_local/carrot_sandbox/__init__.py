"""A stand-in for the Carrot Network's integrator API, written from the public pages: real HTTP, same rules, faults on request."""

from massid_local.carrot_sandbox.app import create_app
from massid_local.carrot_sandbox.server import SandboxServer
from massid_local.carrot_sandbox.settings import Credential, SandboxSettings

__all__ = ["Credential", "SandboxServer", "SandboxSettings", "create_app"]
