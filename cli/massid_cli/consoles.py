"""The console of commands that print reports: as wide as the terminal, and without any width where there is none."""

from rich.console import Console

UNBOUNDED = 100_000
"""Columns that no line fills, so that none is wrapped."""


def report_console(*, stderr: bool = False) -> Console:
    """In a pipe or a file each line stays whole, whatever COLUMNS says: a program reads it, or an editor shows it."""
    console = Console(stderr=stderr, highlight=False, emoji=False)
    if not console.file.isatty():
        console.width = UNBOUNDED
    return console
