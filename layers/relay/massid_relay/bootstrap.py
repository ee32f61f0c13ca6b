"""The one place where everything is wired, lazily: importing this connects to nothing, and a client that a function never
uses is never made (invariant 9)."""

import os
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from massid_relay.core.backoff import Backoff
from massid_relay.core.clock import Clock, SystemClock
from massid_relay.core.errors import CredentialsRefused
from massid_relay.core.operation import Operation
from massid_relay.core.pacing import Pacing
from massid_relay.core.ports import CarrotApi, Permit
from massid_relay.core.slots import LeaseUntil, PacedPermit, SlotSource
from massid_relay.evidence import EvidenceBucket
from massid_relay.ledger.dead_letters import DeadLetterIndex
from massid_relay.ledger.documents import DocumentStore
from massid_relay.ledger.parties import PartyStore
from massid_relay.ledger.parts import PartStore
from massid_relay.ledger.runs import RunStore
from massid_relay.lifecycle import Lifecycle
from massid_relay.queues import Queues, TaskTokens
from massid_relay.settings import Settings, read_settings

if TYPE_CHECKING:
    from massid_relay.carrot.auth import CarrotCredentials

CREDENTIALS_PAUSE = 300
"""Seconds for which refused credentials pause the fleet before it tries again: the secret may be mended meanwhile."""


class Relay:
    """Everything that work needs, behind one name each. Lives as long as its container."""

    def __init__(
        self,
        environment: Mapping[str, str],
        clock: Clock | None = None,
        make_client: Callable[[str], Any] | None = None,
    ) -> None:
        self._environment = environment
        self._make_client = make_client or _boto3_client
        self.clock: Clock = clock or SystemClock()
        self.deadline: Callable[[], float] = lambda: float("inf")
        """Seconds that the present invocation has left."""
        self._clients: dict[str, Any] = {}

    @cached_property
    def settings(self) -> Settings:
        """The environment, read once."""
        return read_settings(self._environment)

    @cached_property
    def documents(self) -> DocumentStore:
        return DocumentStore(self._client("dynamodb"), self.settings.ledger_table)

    @cached_property
    def parts(self) -> PartStore:
        return PartStore(self._client("dynamodb"), self.settings.ledger_table)

    @cached_property
    def parties(self) -> PartyStore:
        return PartyStore(self._client("dynamodb"), self.settings.ledger_table)

    @cached_property
    def dead_letters(self) -> DeadLetterIndex:
        return DeadLetterIndex(self._client("dynamodb"), self.settings.ledger_table)

    @cached_property
    def runs(self) -> RunStore:
        return RunStore(self._client("dynamodb"), self.settings.ledger_table)

    @cached_property
    def queues(self) -> Queues:
        return Queues(self._client("sqs"))

    @cached_property
    def tokens(self) -> TaskTokens:
        return TaskTokens(self._client("stepfunctions"))

    @cached_property
    def lifecycle(self) -> Lifecycle:
        return Lifecycle(self._client("stepfunctions"), self.settings.lifecycle_arn)

    @cached_property
    def evidence(self) -> EvidenceBucket:
        return EvidenceBucket(self._client("s3"), self.settings.evidence_bucket)

    @cached_property
    def backoff(self) -> Backoff:
        return Backoff(self.settings.backoff_base_seconds, self.settings.backoff_cap_seconds)

    @cached_property
    def carrot(self) -> CarrotApi:
        from massid_relay.carrot.client import CarrotClient
        from massid_relay.carrot.settings import CarrotSettings

        own = self.settings
        settings = CarrotSettings(
            base_url=own.carrot_base_url,
            token_url=own.carrot_token_url,
            path_prefix=own.carrot_path_prefix,
            scope=own.carrot_scope,
            batch_mode=own.carrot_batch_mode,
            batch_document_field=own.carrot_batch_document_field,
            call_timeout=float(own.carrot_call_timeout_seconds),
            upload_timeout=float(own.carrot_upload_timeout_seconds),
        )
        return CarrotClient(settings, self.carrot_credentials, self.clock)

    @cached_property
    def slots(self) -> SlotSource:
        """The shared timeline of the credential in use."""
        from massid_relay.pacing import slot_source

        own = self.settings
        pacing = Pacing(rate=own.carrot_requests_per_second, share=own.pacing_share, burst=own.pacing_burst)
        client_id = self.carrot_credentials().client_id
        return slot_source(self._client("dynamodb"), own.ledger_table, client_id, pacing, self.clock)

    def carrot_credentials(self) -> "CarrotCredentials":
        """Read anew for every token, so that a rotated secret is found without a deployment."""
        from massid_relay.carrot.auth import CarrotCredentials

        answer = self._client("secretsmanager").get_secret_value(SecretId=self.settings.carrot_credentials_arn)
        return CarrotCredentials.from_secret(answer["SecretString"])

    def permit_until(self, until: datetime) -> Permit:
        """The permit for calls under a lease that ends then."""
        return PacedPermit(self.slots, self.clock, LeaseUntil(self.clock, until), self.deadline)

    def pause_for_credentials(self, error: CredentialsRefused) -> int:
        """Close the timeline of the whole fleet for a while; returns the seconds."""
        try:
            self.slots.pause(self.clock.now() + timedelta(seconds=CREDENTIALS_PAUSE), type(error).__name__)
        except CredentialsRefused:
            pass  # the secret names no client yet, so there is no timeline to close; each message waits by itself
        return CREDENTIALS_PAUSE

    def now(self) -> datetime:
        """The present."""
        return self.clock.now()

    def permit(self, operation: Operation) -> Permit:
        """The permit for calls under that operation's lease."""
        if operation.lease is None:
            raise RuntimeError("no call without a lease (invariant 1)")
        return self.permit_until(operation.lease.until)

    @property
    def next_look(self) -> datetime:
        """When `sweep` shall look at a record that waits."""
        return self.now() + timedelta(seconds=float(self.settings.sweep_after_seconds))

    @staticmethod
    def new_owner() -> str:
        """A name for one worker's hold on one operation."""
        return uuid.uuid4().hex

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._make_client(service)
        return self._clients[service]


def _boto3_client(service: str) -> Any:
    import boto3

    session: Any = boto3.Session()
    return session.client(service)


@cache
def _container() -> Relay:
    return Relay(os.environ)


def relay_for(context: Any) -> Relay:
    """The container's relay, told how long this invocation may last."""
    relay = _container()
    relay.deadline = lambda: context.get_remaining_time_in_millis() / 1000
    return relay
