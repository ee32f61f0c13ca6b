"""Where a scenario plays: a running stack that it shares with others, and its own MassIDs on it."""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import httpx
from massid_relay.core.evidence import evidence_key
from massid_relay.core.jsons import JsonObject, dumps
from massid_relay.ledger.dead_letters import DeadLetter, DeadLetterIndex
from massid_relay.work.source import QueueName
from pydantic import BaseModel, ConfigDict

from massid_local.carrot_sandbox.documents import Document
from massid_local.scenarios.massid import Massid
from massid_local.scenarios.recent import NoExecutions, RecentLedger
from massid_local.scenarios.words import filled_in
from massid_local.stack import LocalStack

NOBODY: Final = "nobody"
"""What belongs to no MassID, as the dead letter of a file outside the convention."""
PATIENCE_SECONDS: Final = 120
LOOK_SECONDS: Final = 0.4
EXECUTIONS_SECONDS: Final = 0.5
"""How old the list of executions may be."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said."""

    exit_code: int
    output: str


class Operator(Protocol):
    """Who runs commands against the stack: the `massid` command line, in this process."""

    def massid(self, words: Sequence[str]) -> Answer:
        """Run `massid` with these words."""
        ...

    def standing(self, external_id: str, client: Callable[[str], Any]) -> JsonObject | None:
        """What `massid status --json` tells, read by the clients that `client` gives by their services' names. None if the
        ledger does not know it."""
        ...


class NotSoError(AssertionError):
    """Something that a scenario says did not come to be. The message tells what, and what is instead."""


class Shared:
    """A running stack with what all its scenarios share."""

    def __init__(self, stack: LocalStack, operator: Operator) -> None:
        self.stack = stack
        self.operator = operator
        self.began = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        """When the first event of every scenario happened: yesterday."""
        self._dropping = threading.Lock()
        self._looking = threading.Lock()
        self._executions: list[Mapping[str, Any]] = []
        self._looked_at = 0.0
        self._ledger = RecentLedger(stack.client("dynamodb"), stack.resource("Ledger"))
        self._readers: dict[str, Any] = {"dynamodb": self._ledger, "stepfunctions": NoExecutions()}

    def send(self, queue: str, body: str, group: str | None = None) -> None:
        """Put a message on a queue, named as in template.yaml."""
        extra = {"MessageGroupId": group} if group else {}
        self.stack.client("sqs").send_message(QueueUrl=self.stack.resource(queue), MessageBody=body, **extra)

    def put(self, key: str, content: bytes, *, is_told: bool = True) -> None:
        """Put an object into the evidence bucket; its notification gets lost unless `is_told`."""
        s3, bucket = self.stack.client("s3"), self.stack.resource("EvidenceBucket")
        with self._dropping:  # nobody else's notification may get lost meanwhile
            if is_told:
                s3.put_object(Bucket=bucket, Key=key, Body=content)
                return
            told = s3.get_bucket_notification_configuration(Bucket=bucket)
            told.pop("ResponseMetadata")
            s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
            try:
                s3.put_object(Bucket=bucket, Key=key, Body=content)
            finally:
                s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=told)

    def executions(self, external_id: str) -> list[str]:
        """States of its lifecycle's runs, the first one first."""
        with self._looking:
            if time.monotonic() - self._looked_at > EXECUTIONS_SECONDS:
                pages = self.stack.client("stepfunctions").get_paginator("list_executions")
                found = pages.paginate(stateMachineArn=self.stack.resource("MassidLifecycle"))
                self._executions = [execution for page in found for execution in page["executions"]]
                self._looked_at = time.monotonic()
        ours = [one for one in self._executions if one["name"].rsplit("-", 2)[0] == external_id]
        return [str(one["status"]) for one in sorted(ours, key=lambda one: one["startDate"])]

    def dead_letters(self, external_id: str | None) -> list[DeadLetter]:
        """What rests of one document (None: of messages that name none), oldest first. A bulk file's letter is about a run, and
        scenarios that play beside each other must not take it for theirs."""
        index = DeadLetterIndex(self._ledger, self.stack.resource("Ledger"))  # type: ignore[arg-type]  # it reads only
        letters = (letter for letter in index.resting() if letter.queue != QueueName.BULK)
        return [letter for letter in letters if letter.external_id == external_id]

    def standing(self, external_id: str) -> JsonObject:
        """What `massid status` tells; {} while the ledger knows nothing."""
        return self.operator.standing(external_id, self._client) or {}

    def _client(self, service: str) -> Any:
        return self._readers.get(service) or self.stack.client(service)

    def documents(self, external_id: str) -> list[Document]:
        """Every document of that external id on the platform, whatever its status."""
        return [one for one in list(self.stack.carrot.sandbox.documents.values()) if one.external_id == external_id]

    def control_platform(self, method: str, path: str, body: JsonObject) -> None:
        """Ask something of the sandbox itself (docs/sandbox.md, "Control")."""
        url = f"{self.stack.carrot.url}/__sandbox__/{path}"
        httpx.request(method, url, json=body, trust_env=False).raise_for_status()


@dataclass(slots=True)
class Stage:
    """One scenario on a stack."""

    shared: Shared
    massids: Mapping[str, Massid]
    folder: Path
    """Files of its own, for its commands."""
    made: dict[str, str] = field(default_factory=dict)
    """Ids of documents that were made on the platform before massid-relay, by external id."""
    made_parties: list[JsonObject] = field(default_factory=list)
    """Participants and addresses of those, each with its id."""
    dropped: dict[tuple[str, str], list[bytes]] = field(default_factory=dict)
    """What was put into the bucket, by external id and file name, oldest first."""

    def massid(self, name: str | None) -> Massid:
        """The MassID of that name; without one the scenario's first."""
        return self.massids[name] if name else next(iter(self.massids.values()))

    def external_id(self, name: str | None) -> str | None:
        """None for nobody's."""
        return None if name == NOBODY else self.massid(name).external_id

    def send(self, queue: str, message: JsonObject, group: str | None = None) -> None:
        """Put a message on a queue."""
        self.shared.send(queue, dumps(message), group)

    def drop(self, massid: Massid, name: str, content: bytes, *, is_told: bool = True) -> None:
        """Put a file of a MassID into the bucket."""
        self.dropped.setdefault((massid.external_id, name), []).append(content)
        self.shared.put(evidence_key(massid.external_id, name), content, is_told=is_told)

    def filled_in(self, told: Any) -> Any:
        """What a scenario says, with external ids in place of `{name}`."""
        return filled_in(told, self.massids)

    def eventually(self, problems: Callable[[], list[str]], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until there are none. Raises NotSoError with those that remain."""
        end, pause = time.monotonic() + seconds, LOOK_SECONDS
        while found := problems():
            if time.monotonic() > end:
                raise NotSoError("; ".join(found))
            time.sleep(pause)
            pause = min(pause * 1.5, 1.5)


class Step(BaseModel):
    """Something that happens in a scenario. `of` names the MassID; without it the scenario's first is meant."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=lambda name: name.replace("_", " "))

    of: str | None = None

    def do(self, stage: Stage) -> str:
        """Let it happen; tells it in words. Raises NotSoError."""
        raise NotImplementedError

    def told(self, message: Any) -> str:
        """Something of the file, in one line."""
        return json.dumps(message, ensure_ascii=False, default=str)
