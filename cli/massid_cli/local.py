"""`massid local`: the whole system on this machine, until Ctrl-C."""

import json
import threading
from pathlib import Path
from typing import Annotated

import typer
from massid_local.stack import LocalStack, StackRunningError, TemplateError
from massid_local.stack.carrot import BASE_URL, CREDENTIALS, REQUESTS_PER_SECOND, TOKEN_URL
from massid_local.stack.emulation import EmulatorError
from massid_local.stack.run_directory import DEFAULT
from rich.console import Console
from rich.markup import escape

from massid_cli.local_view import lines
from massid_cli.stopping import Stopped, stop_on_signal

DEFAULT_PORT = 4599


def register(app: typer.Typer) -> None:
    """Give the application its `local` command."""
    app.command("local")(local)


def local(
    port: Annotated[int, typer.Option(min=0, max=65535, help="AWS endpoint; 0 takes a free port.")] = DEFAULT_PORT,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a template parameter. Repeatable.")
    ] = None,
    carrot_url: Annotated[str | None, typer.Option(help="Carrot's base URL, in place of the sandbox.")] = None,
    carrot_token_url: Annotated[str | None, typer.Option(help="Where that Carrot's tokens come from.")] = None,
    carrot_credentials: Annotated[
        Path | None, typer.Option(help='File with {"clientId": …, "clientSecret": …} for that Carrot.')
    ] = None,
    rate: Annotated[int | None, typer.Option(min=1, help="Carrot's limit in requests per second.")] = None,
    template: Annotated[Path, typer.Option(help="The template to bring up.")] = Path("template.yaml"),
    run_dir: Annotated[Path, typer.Option(help="Takes logs and stack.json.")] = DEFAULT,
    stack_name: Annotated[str, typer.Option(help="What AWS::StackName is.")] = "massid-local",
) -> None:
    """Bring up template.yaml on loopback and keep it up: queues, bucket, ledger, functions, state machine, sandbox."""
    parameters = _parameters(setting or [])
    named = {BASE_URL: carrot_url, TOKEN_URL: carrot_token_url, REQUESTS_PER_SECOND: rate}
    parameters |= {name: str(value) for name, value in named.items() if value is not None}
    if (carrot_url is None) != (carrot_token_url is None):
        raise typer.BadParameter("--carrot-url and --carrot-token-url come together")
    secrets = {CREDENTIALS: _credentials(carrot_credentials)} if carrot_credentials else {}
    console = Console(highlight=False, soft_wrap=True, emoji=False)
    try:
        with (
            stop_on_signal(),
            LocalStack(
                template, parameters, run_dir=run_dir, port=port, stack_name=stack_name, secrets=secrets
            ) as stack,
        ):
            for line in lines(stack.describe(), stack.run_dir):
                console.print(line)
            threading.Event().wait()
    except (TemplateError, EmulatorError, StackRunningError) as error:
        console.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(1) from None
    except Stopped:
        console.print("Stopped.")


def _parameters(settings: list[str]) -> dict[str, str]:
    pairs = [setting.partition("=") for setting in settings]
    if not all(name and equals for name, equals, _ in pairs):
        raise typer.BadParameter("--set takes NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _credentials(file: Path) -> dict[str, str]:
    """Read from a file, because a command line can be seen by everybody on the machine."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {name: str(found[name]) for name in ("clientId", "clientSecret")}
    except (OSError, ValueError, KeyError, TypeError):
        raise typer.BadParameter("--carrot-credentials needs a readable file with clientId and clientSecret") from None
