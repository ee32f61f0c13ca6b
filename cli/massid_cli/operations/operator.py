"""The `massid` command line as scenarios use it: in this process, one command at a time."""

import io
import threading
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import typer
from massid_local.scenarios import Answer
from massid_relay.core.jsons import JsonObject
from typer.exceptions import TyperException

from massid_cli.operations.standing import standing
from massid_cli.operations.target import Target, local_target

_ONE_AT_A_TIME = threading.Lock()
"""What a command prints is caught by replacing the process's own output."""


class CommandLine:
    """Runs commands against the stack of a folder, which is up."""

    def __init__(self, app: typer.Typer, run_dir: Path) -> None:
        self._command: Any = typer.main.get_command(app)
        self._run_dir = run_dir
        self._resources = local_target(run_dir).resources

    def massid(self, words: Sequence[str]) -> Answer:
        """`massid` with these words; the stack's folder is added where the command is about a stack."""
        printed = io.StringIO()
        words = [*words, *self._place(words)]
        with _ONE_AT_A_TIME, redirect_stdout(printed), redirect_stderr(printed):
            try:
                code = self._command.main(words, "massid", standalone_mode=False)
            except TyperException as error:
                printed.write(error.format_message())
                code = error.exit_code
        return Answer(int(code or 0), printed.getvalue())

    def _place(self, words: Sequence[str]) -> list[str]:
        command = self._command
        for word in words:
            command = getattr(command, "commands", {}).get(word, command)
        takes = any("--run-dir" in parameter.opts for parameter in command.params)
        return ["--run-dir", str(self._run_dir)] if takes else []

    def standing(self, external_id: str, client: Callable[[str], Any]) -> JsonObject | None:
        """What `massid status --json` tells, read by these clients."""
        found = standing(Target(client, self._resources), external_id)
        return found.to_json() if found else None
