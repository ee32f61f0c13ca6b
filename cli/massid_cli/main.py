"""The `massid` command: every subcommand registers itself here."""

import typer

from massid_cli import (
    announcements,
    bulk,
    corrections,
    demo,
    evidence,
    forget,
    local,
    migrate,
    operate,
    orders,
    parties,
    preflight,
    sample,
    scenario,
    status,
)

app = typer.Typer(
    name="massid",
    help="Run, try and check massid-relay.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals hold messages and secrets
)


@app.callback()
def massid() -> None:
    """Run, try and check massid-relay."""


for command in (
    announcements,
    bulk,
    corrections,
    demo,
    evidence,
    forget,
    local,
    migrate,
    operate,
    orders,
    parties,
    preflight,
    sample,
    scenario,
    status,
):
    command.register(app)
