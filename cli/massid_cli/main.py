"""The `massid` command: every subcommand registers itself here."""

import typer

from massid_cli import demo, local, operate, orders, preflight, sample

app = typer.Typer(
    name="massid",
    help="Run, try and check massid-relay.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals hold messages and secrets
)


@app.callback()
def massid() -> None:
    """Run, try and check massid-relay."""


for command in (demo, local, operate, orders, preflight, sample):
    command.register(app)
