"""Every way in which work can fail, named by its consequence.

RelayError
├── PermanentFailure             dead letter at once, never tried again (invariant 5)
│   ├── RefusedBefore            the same message again, after a crash halfway through its burial
│   ├── InvalidMessage           the message itself is wrong; names the fields (invariant 10)
│   │   └── OldMessageForm       nothing is wrong but an older form, which an upgrade would mend
│   ├── PayloadConflict          known external id, other content (invariant 1)
│   ├── Superseded               of a generation that was replaced by a newer one
│   ├── ForbiddenTransition      the document's status does not allow it (after CLOSE, after CANCEL)
│   ├── EvidenceRefused          the file can't be attached: size, type, name
│   ├── BulkRefused              the bulk file can't be read: name, encoding, header
│   ├── VerificationFailed       the document on the network is not what was asked for
│   ├── WaitedTooLong            what it waited for never came
│   ├── Forgotten                needs a stored payload that was forgotten
│   ├── WorkerCrashed            three workers died over it
│   ├── LeftToAPerson            unknown outcome that no machine may resolve
│   │   └── OrderLeftToAPerson   the same of an order; dead letters call it OutcomeUnknown
│   ├── CapExceeded              an order beyond the cap per order or per day
│   └── RejectedByProvider       400, 403, 404, 409 conflict, 422: the provider's final no
│       ├── InsufficientBalance  the balance does not cover the order
│       └── EndpointMissing      405, or 404 that is not the provider's own: a URL or the batch mode is set wrongly
├── TransientFailure             comes back with backoff; counts as an attempt
│   ├── NeverSent                proven: nothing reached the provider
│   └── OutcomeUnknown           sent, no usable answer: look up or repeat with the same id
├── NotNow                       comes back; is no attempt
│   ├── Throttled                429
│   ├── NotReady                 PENDING_PROCESS_CONFLICT_ERROR, or not visible yet
│   ├── NoSlot                   pacing has no slot in reach, or the fleet is paused
│   ├── Busy                     another worker holds the lease
│   └── OutOfTime                the lease or the invocation would not outlive the call
├── PartlyAppended               some events of several went through; carries them and the error of the next one
└── CredentialsRefused           401 after a fresh token: pauses the fleet, blames no message

No message of an error holds personal data or a secret (invariant 7): values of fields are never quoted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from massid_relay.core.ports import AppendedEvent


class RelayError(Exception):
    """Base of all errors that a worker acts upon."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one field: a dotted path (`events.3.participant.taxId`) and a sentence without its value."""

    path: str
    problem: str


class PermanentFailure(RelayError):
    """It can't succeed as it is. `fields` are the fields at fault, `vendor_error_id` the provider's own id of the error."""

    def __init__(self, reason: str, *, fields: Sequence[FieldProblem] = (), vendor_error_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fields = tuple(fields)
        self.vendor_error_id = vendor_error_id

    @property
    def error_type(self) -> str:
        """The name under which the ledger's index and the dead letter carry it."""
        return type(self).__name__


class RefusedBefore(PermanentFailure):
    """This very message was refused before, and died with it halfway: the same reason again, without another attempt."""

    def __init__(self, refusal: "Refusal") -> None:
        super().__init__(refusal.reason, fields=refusal.fields, vendor_error_id=refusal.vendor_error_id)
        self._error_type = refusal.error_type

    @property
    def error_type(self) -> str:
        return self._error_type


@dataclass(frozen=True, slots=True)
class Refusal:
    """A final no as the ledger remembers it, and the message that got it. A redrive comes with another message id."""

    message_id: str
    error_type: str
    reason: str
    fields: tuple[FieldProblem, ...] = ()
    vendor_error_id: str | None = None

    @classmethod
    def of(cls, error: PermanentFailure, message_id: str) -> "Refusal":
        """Remember `error` as the answer to that message."""
        return cls(message_id, error.error_type, error.reason, error.fields, error.vendor_error_id)


class InvalidMessage(PermanentFailure):
    """The message is not one of ours: not JSON, wrong version, unknown or wrong fields."""


class OldMessageForm(InvalidMessage):
    """The message is in an older form and otherwise right: an upgrade makes it one of ours."""


class PayloadConflict(PermanentFailure):
    """An external id that is already recorded came again with other content. Nothing was sent."""


class Superseded(PermanentFailure):
    """It is about a generation of a document that a newer one has replaced. Nothing was sent."""


class ForbiddenTransition(PermanentFailure):
    """The document's status does not accept this event (only RELATED after CLOSE, nothing after CANCEL)."""


class EvidenceRefused(PermanentFailure):
    """The file can't become an attachment: too large, empty, wrong type, key outside the convention."""


class BulkRefused(PermanentFailure):
    """The bulk file as a whole can't be read: its name, its encoding, its header. Nothing more of it is fed."""


class VerificationFailed(PermanentFailure):
    """One of the guide's six checks failed; each failed point is one of `fields`."""


class WaitedTooLong(PermanentFailure):
    """What it waited for did not come within the stated patience."""


class Forgotten(PermanentFailure):
    """It needs a stored payload that is stored no longer: `massid forget`, or the end of its retention. Sent again, whole, it
    goes on."""


class WorkerCrashed(PermanentFailure):
    """Its third lease ran out without an end: workers keep dying over it."""


class LeftToAPerson(PermanentFailure):
    """The outcome of an earlier attempt is unknown and repeating it could double the effect."""


class OrderLeftToAPerson(LeftToAPerson):
    """An order may stand at Carbonext and nothing proves it or its absence (invariant 4)."""

    @property
    def error_type(self) -> str:
        return "OutcomeUnknown"


class CapExceeded(PermanentFailure):
    """The order is larger than one order, or than the rest of the day, may be. Nothing was sent."""


class RejectedByProvider(PermanentFailure):
    """The provider answered with a final no."""

    def __init__(
        self,
        reason: str,
        *,
        status: int,
        code: str | None = None,
        fields: Sequence[FieldProblem] = (),
        vendor_error_id: str | None = None,
    ) -> None:
        super().__init__(reason, fields=fields, vendor_error_id=vendor_error_id)
        self.status = status
        self.code = code

    @property
    def error_type(self) -> str:
        return f"Rejected{self.status}"


class InsufficientBalance(RejectedByProvider):
    """The account's balance does not cover the order. Nothing was ordered."""

    @property
    def error_type(self) -> str:
        return type(self).__name__


class EndpointMissing(RejectedByProvider):
    """The provider has no such endpoint. On the batch call: set the batch mode to one-by-one."""

    @property
    def error_type(self) -> str:
        return type(self).__name__


class TransientFailure(RelayError):
    """It may succeed later as it is. `failures`: how many attempts have failed so far; the backoff grows with it."""

    failures: int = 1


class NeverSent(TransientFailure):
    """DNS, connection refused, TLS, no free connection: the provider has not seen the request."""


class OutcomeUnknown(TransientFailure):
    """The request may have taken effect: a timeout or a broken connection after sending, or a 5xx answer."""

    def __init__(self, reason: str, *, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


class NotNow(RelayError):
    """Nothing is wrong; come back after `retry_after` seconds (None: the caller's own backoff)."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Throttled(NotNow):
    """429."""


class NotReady(NotNow):
    """The provider is still processing what this builds upon."""


class NoSlot(NotNow):
    """The shared timeline has no slot within reach, or `not_before` lies ahead."""


class Busy(NotNow):
    """Another worker holds this operation's lease."""


class OutOfTime(NotNow):
    """No outside call starts unless lease and invocation outlive its timeout."""


class PartlyAppended(RelayError):
    """One-by-one mode: the first events stand (`appended`, in order), the next one failed with `cause`, the rest
    were not sent. Confirm the first, then act on the cause as if it had come alone."""

    def __init__(self, appended: "Sequence[AppendedEvent]", cause: RelayError) -> None:
        super().__init__(f"{len(appended)} events appended, then {type(cause).__name__}")
        self.appended = tuple(appended)
        self.cause = cause


class CredentialsRefused(RelayError):
    """401 with a token that was just made. The fleet pauses; no message is at fault."""
