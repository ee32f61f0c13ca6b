"""Older forms of messages, and today's form of each: one description for the workers and for `massid migrate`."""

from massid_relay.core.migration.findings import Change, Left, OldForms, Upgrade
from massid_relay.core.migration.openings import Openings
from massid_relay.core.migration.upgrade import upgrade

__all__ = ["Change", "Left", "OldForms", "Openings", "Upgrade", "upgrade"]
