"""`massid orders show` and `massid orders settle`."""

from typing import Annotated

import typer
from massid_local.stack.run_directory import DEFAULT
from massid_relay.core.clock import SystemClock, iso
from massid_relay.core.orders.record import OrderRecord
from massid_relay.ledger.documents import StaleRecord
from rich.console import Console
from rich.markup import escape

from massid_cli.operate import RunDir, StackName, require_text, target_of
from massid_cli.operations.orders import Finding, NotToBeSettled, settle

console = Console(highlight=False, soft_wrap=True, emoji=False)
orders = typer.Typer(help="Orders at Carbonext.", no_args_is_help=True)
ExternalId = Annotated[str, typer.Argument(help="Your external id of the order.")]


def register(app: typer.Typer) -> None:
    """Give the application its commands about orders."""
    app.add_typer(orders, name="orders")


@orders.command("show")
def show(external_id: ExternalId, stack: StackName = None, run_dir: RunDir = DEFAULT) -> None:
    """What the ledger knows of one order."""
    record = target_of(stack, run_dir).orders.load(external_id)
    if record is None:
        console.print(f"[red]no order {escape(external_id)} is recorded[/red]")
        raise typer.Exit(1)
    for name, value in _lines(record):
        console.print(f"{name:<10} {escape(value)}")


@orders.command("settle")
def settle_order(
    external_id: ExternalId,
    why: Annotated[str, typer.Option(help="How you know; kept in the ledger.")],
    placed: Annotated[str | None, typer.Option(help="It stands: Carbonext's id of it.")] = None,
    absent: Annotated[bool, typer.Option("--absent", help="It was never made: place it now.")] = False,
    give_up: Annotated[bool, typer.Option("--give-up", help="Let it be, and never place it.")] = False,
    stack: StackName = None,
    run_dir: RunDir = DEFAULT,
) -> None:
    """Decide an order of unknown outcome, after a look at Carbonext's own dashboard. --absent spends money."""
    if [placed is not None, absent, give_up].count(True) != 1:
        raise typer.BadParameter("say one: --placed ID, --absent or --give-up")
    require_text("--why", why)
    if placed is not None:
        require_text("--placed", placed)
    finding = Finding.PLACED if placed is not None else Finding.ABSENT if absent else Finding.GIVEN_UP
    try:
        outcomes = settle(target_of(stack, run_dir), external_id, finding, why, SystemClock().now(), placed or "")
    except NotToBeSettled:
        console.print(f"[red]the outcome of {escape(external_id)} is not left to a person[/red]")
        raise typer.Exit(1) from None
    except StaleRecord:
        console.print("[red]a worker has just changed it: look again[/red]")
        raise typer.Exit(1) from None
    console.print(escape(f"{external_id}: {finding.value}"))
    for outcome in outcomes:
        console.print(escape(f"  {outcome.dead_letter_id}  {outcome.became}"))


def _lines(record: OrderRecord) -> list[tuple[str, str]]:
    lines = [
        ("state", record.state.value),
        ("amount", f"{record.vcu_amount} VCU, {record.currency}"),
        ("key", record.key),
        ("posts", str(record.posts)),
    ]
    if record.order_id:
        lines.append(("order id", record.order_id))
    lines += [("status", f"{change.status.value} since {iso(change.at)}") for change in record.changes]
    if record.refusal:
        lines.append(("reason", record.refusal.reason))
    return lines
