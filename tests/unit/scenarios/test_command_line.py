"""A scenario's commands are told what went wrong, as a person in a shell is."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from massid_cli.main import app
from massid_cli.operations import operator


@pytest.mark.parametrize("words", [["pause", "--minutes", "0"], ["pause", "--never-heard-of"], ["nonsense"]])
def test_a_command_that_is_used_wrongly_answers_with_2_and_says_why(
    words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(operator, "local_target", lambda _: SimpleNamespace(resources={}))
    answer = operator.CommandLine(app, tmp_path).massid(words)
    assert answer.exit_code == 2
    assert answer.output
