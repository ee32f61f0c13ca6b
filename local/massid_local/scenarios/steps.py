"""The words of a scenario's days: what can happen. A step is a mapping of one word to what it needs.

`- submit: truck` is short for `- submit: {of: truck}`.
"""

import json
import shlex
from collections.abc import Mapping
from typing import Any, Literal

from massid_relay.core.evidence import evidence_key
from pydantic import ConfigDict, model_validator

from massid_local.scenarios import files
from massid_local.scenarios.facts import check_names, first_difference
from massid_local.scenarios.made_before import MadeBefore
from massid_local.scenarios.messages import SendDocument, SendEvents, Submit, Write
from massid_local.scenarios.stage import NotSoError, Stage, Step
from massid_local.scenarios.words import in_words


class Send(Step):
    """Any message on any queue, as it stands: a text, an object, or the one that a file of the scenario's folder holds."""

    queue: str
    body: Any = None
    file: str | None = None
    group: str | None = None

    def do(self, stage: Stage) -> str:
        body, group = stage.filled_in(self.body), stage.filled_in(self.group)
        if self.file is not None:
            body = (stage.folder / self.file).read_text(encoding="utf-8")
        stage.shared.send(self.queue, body if isinstance(body, str) else json.dumps(body), group)
        return f"sent {self.file or 'a message'} to {self.queue}"


class Drop(Step):
    """A file into the evidence bucket. `kind` is what its bytes are, by default what its name says. With `key` it lies there
    and not where the convention says. `notification`: the bucket's own message comes once, twice or never."""

    file: str
    kind: str | None = None
    size: int | None = None
    version: int = 1
    key: str | None = None
    notification: Literal["once", "twice", "never"] = "once"

    def do(self, stage: Stage) -> str:
        massid = stage.massid(self.of)
        content = self._content(stage)
        if self.key is not None:
            key = stage.filled_in(self.key)
            stage.shared.put(key, content)
            return f"dropped a file at {key}"
        stage.drop(massid, self.file, content, is_told=self.notification != "never")
        if self.notification == "twice":
            stage.send("EvidenceQueue", _notification(evidence_key(massid.external_id, self.file), len(content)))
        lost = {"never": ", its notification got lost", "twice": ", its notification came twice", "once": ""}
        version = f", version {self.version}" if self.version > 1 else ""
        return f"dropped {self.file} of {massid}{version}{lost[self.notification]}"

    def _content(self, stage: Stage) -> bytes:
        massid = stage.massid(self.of)
        if self.kind is None and self.size is None and self.file in massid.files:
            return massid.files[self.file](self.version)
        kind = self.kind or files.kind_of(self.file)
        return files.content(kind, f"{massid} {self.file} {self.version}", self.size)


class DropAll(Step):
    """Every file of a MassID, but for some."""

    but: tuple[str, ...] = ()

    def do(self, stage: Stage) -> str:
        massid = stage.massid(self.of)
        for name, content in massid.files.items():
            if name not in self.but:
                stage.drop(massid, name, content(1))
        return f"dropped the files of {massid}"


class Platform(Step):
    """The platform behaves in another way towards one document: `switches` of the sandbox that hold for it alone, or a fault
    that its next requests `meet` (docs/sandbox.md)."""

    switches: dict[str, Any] | None = None
    meet: str | None = None
    method: str | None = None
    path: str = "*"
    times: int = 1

    def do(self, stage: Stage) -> str:
        massid = stage.massid(self.of)
        if self.switches is not None:
            stage.shared.control_platform("PUT", f"documents/{massid}/settings", self.switches)
            changed = ", ".join(f"{name}={value}" for name, value in self.switches.items()) or "as for all others"
            return f"the platform's rules for {massid}: {changed}"
        fault = {"kind": self.meet, "method": self.method, "path": self.path, "times": self.times}
        stage.shared.control_platform("POST", "faults", fault | {"document": massid.external_id})
        return f"the next {self.times} requests about {massid} will meet {self.meet}"


class Massid(Step):
    """A command, written as at a prompt without its first word. `{truck}` is an external id, `{letter}` the oldest dead letter
    that rests of the MassID, `{folder}` the scenario's folder, `{made}` the id of a document that was made before. `says` must
    stand in what it prints: at once, or with `eventually` when it is asked again and again."""

    command: str
    exit: int = 0
    says: str = ""
    eventually: bool = False

    def do(self, stage: Stage) -> str:
        words = shlex.split(self.command.format_map({**stage.massids, **self._names(stage)}))
        if self.eventually:
            stage.eventually(lambda: self._wrong(stage, words))
        elif wrong := self._wrong(stage, words):
            raise NotSoError("; ".join(wrong))
        said = f", which says: {self.says}" if self.says else ""
        return f"massid {shlex.join(words)}{said}"

    def _names(self, stage: Stage) -> dict[str, str]:
        names = {"folder": str(stage.folder), "made": stage.made.get(stage.external_id(self.of) or "", "")}
        if "{letter}" in self.command:
            letters = stage.shared.dead_letters(stage.external_id(self.of))
            if not letters:
                raise NotSoError("there is no dead letter to name")
            names["letter"] = letters[0].id
        return names

    def _wrong(self, stage: Stage, words: list[str]) -> list[str]:
        answer = stage.shared.operator.massid(words)
        if answer.exit_code == self.exit and stage.filled_in(self.says) in answer.output:
            return []
        return [f"massid {shlex.join(words)}: exit code {answer.exit_code}, says: {answer.output}"]


class Await(Step):
    """Wait until facts of a MassID are so (facts.py)."""

    model_config = ConfigDict(frozen=True, extra="allow")

    def do(self, stage: Stage) -> str:
        wanted = stage.filled_in(self.model_extra or {})
        stage.eventually(lambda: first_difference(stage, self.of, wanted))
        return f"{stage.external_id(self.of) or 'nobody'}: {in_words(wanted)}"

    @model_validator(mode="after")
    def _waits_for_something(self) -> "Await":
        if not self.model_extra:
            raise ValueError("await says nothing to wait for")
        check_names(self.model_extra)
        return self


STEPS: dict[str, tuple[type[Step], str]] = {
    "submit": (Submit, "of"),
    "write": (Write, "file"),
    "made before": (MadeBefore, "of"),
    "send document": (SendDocument, "of"),
    "send events": (SendEvents, "of"),
    "send": (Send, "queue"),
    "drop": (Drop, "file"),
    "drop all": (DropAll, "of"),
    "platform": (Platform, "of"),
    "massid": (Massid, "command"),
    "await": (Await, "of"),
}
"""Each word, and which of its needs a text alone stands for."""


def parse_step(told: Any) -> Step:
    """The step that a mapping of one word tells. Raises ValueError."""
    if isinstance(told, Step):
        return told
    if not isinstance(told, Mapping) or len(told) != 1:
        raise ValueError(f"a step is a mapping of one word to what it needs, not {told!r}")
    ((word, needs),) = told.items()
    if word not in STEPS:
        raise ValueError(f"there is no step {word!r}; there are {', '.join(STEPS)}")
    step, short = STEPS[word]
    return step.model_validate(needs if isinstance(needs, Mapping) else {short: needs} if needs is not None else {})


def _notification(key: str, size: int) -> dict[str, Any]:
    """What the bucket sends, as far as anybody reads it (events/evidence-s3-notification.json)."""
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "s3": {"object": {"key": key, "size": size}},
    }
    return {"Records": [record]}
