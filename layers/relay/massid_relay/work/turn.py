"""A document's turn: its record, its payloads, and the messages of its FIFO group that one invocation brought."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, count, filterfalse
from typing import Any

from massid_relay.bootstrap import Relay
from massid_relay.core.completion import INTEGRATOR, completed
from massid_relay.core.errors import Forgotten, NotReady, PermanentFailure, Refusal
from massid_relay.core.first_contact import Learnt, newcomers_of, parties_of
from massid_relay.core.jsons import JsonObject
from massid_relay.core.reading import RemoteDocument
from massid_relay.core.record import DocumentRecord, EventEntry, EventState
from massid_relay.core.timeline import STATUS_EVENTS
from massid_relay.core.verification import find_ours
from massid_relay.work.attempt import read_back
from massid_relay.work.burial import bury, dead_letter_id, is_settled
from massid_relay.work.changes import apply, save
from massid_relay.work.nudges import addressed_to
from massid_relay.work.source import Source


@dataclass(slots=True)
class Turn:
    """Everything one worker knows about one document while it works on it. `dirty`: the record differs from the ledger's."""

    relay: Relay
    record: DocumentRecord
    sources: list[Source]
    dirty: bool = False
    together_with: list[dict[str, Any]] = field(default_factory=list)
    """Payloads to be stored in the same transaction as the record that refers to them."""
    read_at: datetime | None = None
    """When the document was last read: what it showed is judged by that time, however long the worker stood still since."""
    _events: dict[str, JsonObject] = field(default_factory=dict)

    @property
    def message_id(self) -> str:
        """Stands for the messages of this turn."""
        return self.sources[0].message_id

    def payload(self, entry: EventEntry) -> JsonObject:
        """What the integrator asked for, and for CLOSE and CANCEL what that lacks. Raises Forgotten."""
        payload = self._stored(entry)
        return completed(payload, entry.at, self._integrator()) if entry.name in STATUS_EVENTS else payload

    def _stored(self, entry: EventEntry) -> JsonObject:
        if entry.external_id not in self._events:
            part = self.relay.parts.get(self.record.external_id, entry.part)
            self._events |= {event["externalId"]: event for event in part["events"]}
        return self._events[entry.external_id]

    def _integrator(self) -> JsonObject | None:
        """The Integrator's ACTOR event, as it was asked for."""
        actors = (entry for entry in self.record.events if entry.name == "ACTOR" and entry.label == INTEGRATOR)
        return next((self.payload(entry) for entry in actors), None)

    def _still_stored(self, entry: EventEntry) -> JsonObject:
        """The payload, or nothing where it was forgotten: whoever came with it was learnt before."""
        try:
            return self.payload(entry)
        except Forgotten:
            return {}

    def document_payload(self) -> JsonObject:
        """The document as it was asked for."""
        part = self.relay.parts.get(self.record.external_id, self.record.part or "")
        document: JsonObject = part["document"]
        return document

    def save(self) -> None:
        """Write the record if it changed."""
        if self.dirty:
            save(self.relay, self.record, self.together_with)
            self.dirty, self.together_with = False, []

    def refuse_event(self, entry: EventEntry, error: PermanentFailure, *, maybe_sent: bool = False) -> None:
        """The event is dead: it holds its document, and its dead letter carries a message of its own.

        `maybe_sent`: nobody knows whether it stands on the network, so its batch stays, and is looked up when the event is
        redriven or discarded.
        """
        source = self.who_tells(entry.external_id)
        refusal = Refusal.of(error, source.message_id)

        def change(record: DocumentRecord) -> None:
            dead = record.event(entry.external_id)
            if dead is not None:
                dead.state, dead.refusal = EventState.DEAD, refusal
            if record.batch is not None and maybe_sent:
                record.batch.operation.refuse(refusal)
            else:
                record.batch = None
                record.newcomers = [key for key in record.newcomers if key not in unsent]

        self.save()  # what this turn has entered, with its payloads
        unsent = [] if maybe_sent else self._newcomers_not_sent()
        self.record = apply(self.relay, self.record, change)
        self.relay.parties.release(unsent, self.record.external_id)
        self.bury_event(entry, error, source)

    def who_tells(self, item: str | None) -> Source:
        """The message whose dead letter tells of it: the first one of this turn, unless it was told by that before and the letter
        was settled since. Then another one is to be written, or nobody would hear of it."""

        def settled(source: Source) -> bool:
            return is_settled(self.relay, dead_letter_id(source.message_id, item))

        last = self.sources[-1]
        others = (replace(last, message_id=f"{last.message_id}+{number}") for number in count(1))
        return next(filterfalse(settled, chain(self.sources, others)))

    def _newcomers_not_sent(self) -> list[str]:
        """Newcomers whose event did not go out. Those of a batch that went through in part are still to be learnt."""
        sent = [entry for entry in self.record.events if entry.state is EventState.CONFIRMED]
        ids = self.record.batch.operation.ids if self.record.batch else {}
        stand = {key for entry in sent for key in newcomers_of(self._still_stored(entry), ids)}
        return [key for key in self.record.newcomers if key not in stand]

    def bury_event(self, entry: EventEntry, error: PermanentFailure, source: Source | None = None) -> str:
        """Lay one event to rest with the message that would redrive it; the dead letter's id. `source`: the message that
        brought it, if one did. An event whose payload was forgotten has no such message: it has to be sent again."""
        body: JsonObject | None = None
        with suppress(Forgotten):  # as it came: completed it would be other content
            body = addressed_to(self.record) | {"events": [self._stored(entry)]}
        source = source or self.sources[0]
        return bury(self.relay, source, error, external_id=self.record.external_id, item=entry.external_id, body=body)

    def read_remote(self) -> RemoteDocument:
        """The document as it stands on the network. A read needs no lease, but never outlives one."""
        self.read_at = self.relay.now()
        return read_back(self.relay, self.record, self.relay.now() + self.relay.settings.lease)

    def learn(self, remote: RemoteDocument) -> None:
        """Take over ids of newcomers that went out inline. Raises NotReady while some are not shown."""
        newcomers = set(self.record.newcomers)
        learnt = Learnt()
        if self.record.part:
            with suppress(Forgotten):
                learnt.document(self.document_payload(), remote, newcomers)
        events = self.record.events
        entries = [entry for entry in events if newcomers & set(parties_of(self._still_stored(entry)).inline)]
        for external_id, event in find_ours(remote, entries).items():
            entry = self.record.event(external_id)
            if entry is not None:
                learnt.event(self.payload(entry), event, newcomers)
        self.relay.parties.learn(learnt)
        self.record.newcomers = [key for key in self.record.newcomers if key not in learnt.ids]
        self.dirty = True
        if self.record.newcomers:
            self.save()
            raise NotReady("the document does not show all participant and address ids yet", retry_after=2)
