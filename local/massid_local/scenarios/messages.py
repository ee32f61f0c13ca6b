"""Steps that tell the relay something of a MassID."""

from typing import Any

from massid_relay.core.jsons import JsonObject, dumps
from pydantic import Field

from massid_local.samples.table import table_of
from massid_local.scenarios.massid import Part
from massid_local.scenarios.stage import Stage, Step


class _Message(Step):
    """A message about a MassID: all of it, what comes up to an event, or only some events; with values changed (by dotted
    path: `document.type`, `weighing.value`), more fields of its own, or in the form of the API's former version."""

    until: str | None = None
    only: tuple[str, ...] | None = None
    change: dict[str, Any] = Field(default_factory=dict)
    more: dict[str, Any] = Field(default_factory=dict)
    times: int = 1
    older: bool = False

    def part(self, stage: Stage) -> Part:
        """What it tells of."""
        change, more = stage.filled_in(self.change), stage.filled_in(self.more)
        return Part(self.until, self.only, change, more, self.older)

    def words(self) -> str:
        """Which part that is."""
        parts = [f"up to {self.until}"] if self.until else []
        parts += [f"only {', '.join(self.only)}"] if self.only else []
        parts += [f"with {', '.join(self.change)} changed"] if self.change else []
        parts += [f"with {', '.join(self.more)}"] if self.more else []
        parts += ["in the older form"] if self.older else []
        parts += [f"{self.times} times"] if self.times > 1 else []
        return "".join(f", {part}" for part in parts)


class Submit(_Message):
    """A whole submission on the submissions queue."""

    def do(self, stage: Stage) -> str:
        massid = stage.massid(self.of)
        for _ in range(self.times):
            stage.send("SubmissionsQueue", massid.submission(self.part(stage)))
        return f"submitted {massid}{self.words()}"


class SendDocument(_Message):
    """The document alone, on the documents queue."""

    def do(self, stage: Stage) -> str:
        massid = stage.massid(self.of)
        for _ in range(self.times):
            stage.send("DocumentsQueue", massid.document_message(self.part(stage)))
        return f"sent the document {massid}{self.words()}"


class SendEvents(_Message):
    """Events alone, on the events queue."""

    def do(self, stage: Stage) -> str:
        massid = stage.massid(self.of)
        for _ in range(self.times):
            stage.send("EventsQueue", massid.events_message(self.part(stage)), massid.external_id)
        return f"sent events of {massid}{self.words()}"


class Write(_Message):
    """A file into the scenario's folder: the submission of a MassID, or several and any other `lines`, one a line. A file whose
    name ends in `.csv` holds them as a table, the `lines` below it."""

    file: str
    submissions: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    parties: bool = False

    def do(self, stage: Stage) -> str:
        part = self.part(stage)
        told: list[JsonObject] = [stage.massid(name).submission(part) for name in self.submissions]
        if self.parties:
            told += stage.made_parties
        if not told and not self.lines:
            told = [stage.massid(self.of).submission(part)]
        table = table_of(told) if told and self.file.endswith(".csv") else "".join(f"{dumps(one)}\n" for one in told)
        text = table + "".join(f"{line}\n" for line in self.lines)
        stage.folder.mkdir(parents=True, exist_ok=True)
        (stage.folder / self.file).write_text(text, encoding="utf-8")
        return f"wrote {self.file}{self.words()}"
