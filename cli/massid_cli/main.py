"""The `massid` command: every subcommand registers itself here."""

from typing import Any

import typer
from typer.core import TyperGroup

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
from massid_cli.operations.refusals import AwsError, sentence

_WITH_A_STACK_OF_THEIR_OWN = frozenset({"demo", "local", "scenario"})
"""What AWS's client says there is a fault of ours, and is shown whole."""


class _Commands(TyperGroup):
    """Where all commands meet: a call that AWS refuses is told in one sentence."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except AwsError as error:
            if ctx.invoked_subcommand in _WITH_A_STACK_OF_THEIR_OWN:
                raise
            typer.secho(f"the stack did not do it: {sentence(error)}", fg="red", err=True)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=_Commands,
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
