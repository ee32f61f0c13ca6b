"""Every command that the documentation names exists, with the options that it is given."""

import re
import shlex
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import typer
from massid_cli.main import app

from tests.docs.pages import PAGES, ROOT, code, name_of, text

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
VERBS = set(re.findall(r"^([a-z]+):.*## ", text("Makefile"), flags=re.MULTILINE))
SCENARIOS = [path.stem for path in (ROOT / "scenarios").glob("*.yaml")]
MASSID = re.compile(r"(?:^|[\s/])massid ([a-z][a-z-]*)((?: [^|]*)?)$")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_massid_commands_exist_with_their_options(page: Path) -> None:
    unknown = []
    for piece in code(page):
        found = MASSID.search(piece)
        if found is None:
            continue
        command = command_of([found[1], *found[2].split()])
        given = set(re.findall(r"--[a-z-]+", found[2]))
        unknown += [piece] if command is None or given - options_of(command) else []
    assert not unknown


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_scenarios_exist(page: Path) -> None:
    calls = [re.sub(r"#.*|--(platform|batch) \S+", "", piece) for piece in code(page) if "massid scenario " in piece]
    names = {word for call in calls for word in shlex.split(call.partition("massid scenario ")[2]) if word[0] != "-"}
    assert [name for name in names if not any(fnmatch(one, name) for one in SCENARIOS)] == []


def command_of(words: list[str]) -> Any:
    """The command that these words call, be it inside a group; None if there is none."""
    command = COMMANDS.get(words[0])
    inside = getattr(command, "commands", None)
    return inside.get(words[1]) if inside and len(words) > 1 else command


def options_of(command: Any) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts} | {"--help"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_verbs_exist(page: Path) -> None:
    named = [found[1] for piece in code(page) if (found := re.match(r"make ([a-z]+)", piece))]
    assert not set(named) - VERBS


def test_the_readme_tells_of_every_command() -> None:
    assert [name for name in COMMANDS if f"`massid {name}`" not in text("README.md")] == []
