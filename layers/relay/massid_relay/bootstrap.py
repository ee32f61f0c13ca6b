"""The one place where everything is wired, lazily: importing this connects to nothing, and a client that a function never
uses is never made (invariant 9)."""

import os
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

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
from massid_relay.ledger.party_changes import PartyChanges
from massid_relay.ledger.runs import RunStore
from massid_relay.ledger.traces import TraceStore
from massid_relay.lifecycle import Lifecycle
from massid_relay.log import logger
from massid_relay.queues import Queues, TaskTokens
from massid_relay.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from massid_relay.bulk_files import BulkFiles
    from massid_relay.carrot.auth import CarrotCredentials, ClientCredentials
    from massid_relay.core.carbonext_port import CarbonextApi
    from massid_relay.event_bus import EventBus
    from massid_relay.ledger.bulk import BulkStore
    from massid_relay.ledger.orders import OrderStore
    from massid_relay.ledger.unasked import UnaskedStore
    from massid_relay.preflight import AccreditationProfile

CREDENTIALS_PAUSE = 300
"""Seconds for which refused credentials pause the fleet before it tries again: the secret may be mended meanwhile."""

CALLS_EACH = 3
"""Calls that a message is expected to make, so that slots are reserved for all that overlap: GET, CLOSE and GET at most."""

_T = TypeVar("_T")
_MAKING = threading.RLock()


class made_once(cached_property[_T]):  # noqa: N801 - used like cached_property
    """A cached property that threads of one batch may ask for at the same time; since Python 3.12 the plain one isn't."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> _T: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | _T:
        with _MAKING:
            return super().__get__(instance, owner)


class Relay:
    """Everything that work needs, behind one name each. Lives as long as its container."""

    def __init__(
        self,
        environment: Mapping[str, str],
        clock: Clock | None = None,
        make_client: Callable[[str], Any] | None = None,
    ) -> None:
        self._environment = environment
        self._make_client = make_client or _aws_client
        self.clock: Clock = clock or SystemClock()
        self.deadline: Callable[[], float] = lambda: float("inf")
        """Seconds that the present invocation has left."""
        self._clients: dict[str, Any] = {}
        self._lanes = 1

    @made_once
    def settings(self) -> Settings:
        """The environment, read once."""
        return read_settings(self._environment)

    @made_once
    def documents(self) -> DocumentStore:
        return DocumentStore(self._client("dynamodb"), self.settings.ledger_table)

    @made_once
    def parts(self) -> PartStore:
        return PartStore(self._client("dynamodb"), self.settings.ledger_table)

    @made_once
    def parties(self) -> PartyStore:
        return PartyStore(self._client("dynamodb"), self.settings.ledger_table)

    @made_once
    def party_changes(self) -> PartyChanges:
        return PartyChanges(self._client("dynamodb"), self.settings.ledger_table)

    @made_once
    def dead_letters(self) -> DeadLetterIndex:
        return DeadLetterIndex(self._client("dynamodb"), self.settings.ledger_table)

    @made_once
    def traces(self) -> TraceStore:
        return TraceStore(self._client("dynamodb"), self.settings.ledger_table)

    @made_once
    def runs(self) -> RunStore:
        return RunStore(self._client("dynamodb"), self.settings.ledger_table)

    @made_once
    def queues(self) -> Queues:
        return Queues(self._client("sqs"))

    @made_once
    def tokens(self) -> TaskTokens:
        return TaskTokens(self._client("stepfunctions"))

    @made_once
    def lifecycle(self) -> Lifecycle:
        return Lifecycle(self._client("stepfunctions"), self.settings.lifecycle_arn)

    @made_once
    def evidence(self) -> EvidenceBucket:
        return EvidenceBucket(self._client("s3"), self.settings.evidence_bucket)

    @made_once
    def unasked(self) -> "UnaskedStore":
        from massid_relay.ledger.unasked import UnaskedStore

        return UnaskedStore(self._client("dynamodb"), self.settings.ledger_table)

    @made_once
    def bulk(self) -> "BulkStore":
        from massid_relay.ledger.bulk import BulkStore

        return BulkStore(self._client("dynamodb"), self.settings.ledger_table)

    @made_once
    def bulk_files(self) -> "BulkFiles":
        from massid_relay.bulk_files import BulkFiles

        return BulkFiles(self._client("s3"), self.settings.evidence_bucket)

    @made_once
    def accreditation_profile(self) -> "AccreditationProfile | None":
        """What preflight knows of accreditations. One read in a container's life, so a new profile goes under a new key."""
        from massid_relay.accreditation import stored_profile

        key = self.settings.accreditation_profile_key
        return stored_profile(self.evidence, key) if key else None

    @made_once
    def backoff(self) -> Backoff:
        return Backoff(self.settings.backoff_base_seconds, self.settings.backoff_cap_seconds)

    @made_once
    def orders(self) -> "OrderStore":
        from massid_relay.ledger.orders import OrderStore

        own = self.settings
        return OrderStore(self._client("dynamodb"), own.ledger_table, str(own.carbonext_base_url))

    @made_once
    def event_bus(self) -> "EventBus":
        from massid_relay.event_bus import EventBus

        return EventBus(self._client("events"))

    @made_once
    def carbonext(self) -> "CarbonextApi":
        from massid_relay.carbonext.client import CarbonextClient
        from massid_relay.carbonext.settings import CarbonextSettings

        own = self.settings
        try:
            settings = CarbonextSettings(
                base_url=own.carbonext_base_url,
                token_url=own.carbonext_token_url,
                scope=own.carbonext_scope,
                call_timeout=float(own.carbonext_call_timeout_seconds),
            )
        except ValueError:
            raise SettingsError("CARBONEXT_TOKEN_URL: production's is not published, it must be given") from None
        return CarbonextClient(settings, self.carbonext_credentials, self.clock)

    @made_once
    def order_slots(self) -> SlotSource:
        """Carbonext's own timeline: its limit is not stated, so calls are spread politely."""
        from massid_relay.pacing import slot_source

        own = self.settings
        pacing = Pacing(rate=own.carbonext_requests_per_second)
        client_id = self.carbonext_credentials().client_id
        return slot_source(self._client("dynamodb"), own.ledger_table, client_id, pacing, self.clock)

    def carbonext_credentials(self) -> "ClientCredentials":
        """Read anew for every token, as Carrot's are."""
        return self._credentials(self.settings.carbonext_credentials_arn)

    def order_permit(self, until: datetime) -> Permit:
        """The permit for calls to Carbonext under a lease that ends then."""
        return PacedPermit(self.order_slots, self.clock, LeaseUntil(self.clock, until), self.deadline)

    @made_once
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

    @made_once
    def slots(self) -> SlotSource:
        """The shared timeline of the credential in use."""
        from massid_relay.pacing import slot_source

        own = self.settings
        pacing = Pacing(rate=own.carrot_requests_per_second, share=own.pacing_share, burst=own.pacing_burst)
        client_id = self.carrot_credentials().client_id
        return slot_source(self._client("dynamodb"), own.ledger_table, client_id, pacing, self.clock, self._lanes)

    def carrot_credentials(self) -> "CarrotCredentials":
        """Read anew for every token, so that a rotated secret is found without a deployment."""
        return self._credentials(self.settings.carrot_credentials_arn)

    def _credentials(self, arn: str) -> "ClientCredentials":
        from massid_relay.carrot.auth import ClientCredentials

        answer = self._client("secretsmanager").get_secret_value(SecretId=arn)
        return ClientCredentials.from_secret(answer["SecretString"])

    def permit_until(self, until: datetime) -> Permit:
        """The permit for calls under a lease that ends then."""
        return PacedPermit(self.slots, self.clock, LeaseUntil(self.clock, until), self.deadline)

    @contextmanager
    def overlapping(self, messages: int) -> Iterator[Callable[[], None]]:
        """While this many messages are handled beside each other, as many slots are reserved in one write. What it gives is
        called at the end of each; what is left over at the end goes back, if slots were ever needed."""
        left = list(range(messages))

        def ended() -> None:
            left.pop()
            self._expect(len(left))

        self._expect(messages)
        try:
            yield ended
        finally:
            self._expect(1, calls=0)
            self._release()

    def _release(self) -> None:
        """Slots that can't be given back are lost, and nothing else: it is no failure of the batch."""
        try:
            if isinstance(slots := vars(self).get("slots"), SlotSource):
                slots.release()
        except Exception as error:
            logger.warning("slots were not given back", extra={"errorType": type(error).__name__})

    def _expect(self, lanes: int, calls: int | None = None) -> None:
        self._lanes = max(1, lanes)
        if isinstance(slots := vars(self).get("slots"), SlotSource):
            slots.lanes = self._lanes
            slots.expect(lanes * CALLS_EACH if calls is None else calls)

    def pause_for_credentials(self, error: CredentialsRefused, *, orders: bool = False) -> int:
        """Close Carrot's or, for orders, Carbonext's timeline of the whole fleet for a while; returns the seconds."""
        try:
            slots = self.order_slots if orders else self.slots
            slots.pause(self.clock.now() + timedelta(seconds=CREDENTIALS_PAUSE), type(error).__name__)
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
        with _MAKING:
            if service not in self._clients:
                self._clients[service] = self._make_client(service)
            return self._clients[service]


@cache
def _session() -> Any:
    """boto3's own engine. What boto3 adds to it (resources, transfers) takes time to import, and nothing here uses it."""
    import botocore.session

    return botocore.session.Session()


def _aws_client(service: str) -> Any:
    """Every argument is typed here and checked by the service; the client's own check of each took a tenth of a call's CPU.
    A User-Agent of our own is found in CloudTrail, and saves the client from building its long one twice a call."""
    from botocore.config import Config

    return _session().create_client(service, config=Config(parameter_validation=False, user_agent="massid-relay"))


@cache
def _container() -> Relay:
    return Relay(os.environ)


def relay_for(context: Any) -> Relay:
    """The container's relay, told how long this invocation may last."""
    relay = _container()
    relay.deadline = lambda: context.get_remaining_time_in_millis() / 1000
    return relay
