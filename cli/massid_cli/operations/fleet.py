"""The fleet's timelines, one per outside API: what closes each, and for how long."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from botocore.exceptions import ClientError
from massid_relay.core.clock import SystemClock, iso
from massid_relay.core.pacing import FOREVER, Pacing, micros, moment
from massid_relay.core.slots import SlotSource
from massid_relay.pacing import slot_source

from massid_cli.operations.target import Target

CARROT, CARBONEXT = "Carrot", "Carbonext"


@dataclass(frozen=True, slots=True)
class Pause:
    """No call goes out until then (None: until `massid resume`). The reason is an outage's, a 401's or a person's."""

    until: str | None
    reason: str
    api: str = CARROT

    @property
    def words(self) -> str:
        """As a person is told."""
        end = f"until {self.until}" if self.until else "until massid resume"
        return f"all calls to {self.api} to go on, paused {end}: {self.reason or 'no reason was given'}"


def slots(target: Target, api: str = CARROT) -> SlotSource:
    """The shared timeline of the stack's credential. The rate plays no part in closing and opening it."""
    secret = target.client("secretsmanager").get_secret_value(SecretId=target.resources[f"{api}Credentials"])
    client_id = json.loads(secret["SecretString"])["clientId"]
    return slot_source(target.client("dynamodb"), target.table, client_id, Pacing(rate=Decimal(1)), SystemClock())


def pause_of(target: Target, api: str, now: datetime) -> Pause | None:
    """What holds all calls to it back, if anything does. Who may not read the secret is told nothing of it."""
    try:
        timeline = slots(target, api).look()
    except (ClientError, KeyError, ValueError):  # a secret that isn't filled in yet names no client
        return None
    if timeline.not_before <= micros(now):
        return None
    until = None if timeline.not_before >= FOREVER else iso(moment(timeline.not_before))
    return Pause(until, timeline.reason, api)
