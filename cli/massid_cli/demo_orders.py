"""The demo's orders on the terminal: one line each, and the balance before and after."""

from pathlib import Path

import simplejson
from massid_local.demo.orders import CURRENCY, OrdersResult
from rich import box
from rich.console import Console
from rich.table import Table


def show_orders(console: Console, result: OrdersResult) -> None:
    """Print it all."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    for name in ("order", "retirement option", "VCU", "status", "stands"):
        table.add_column(
            name, justify="right" if name in {"VCU", "stands"} else "left", no_wrap=name != "retirement option"
        )
    for one in result.outcomes:
        stands = f"[green]{one.standing}[/green]" if one.standing == 1 else f"[bold red]{one.standing}[/bold red]"
        table.add_row(one.external_id, one.option, str(one.vcu_amount or ""), one.status, stands)
    console.print()
    console.print(table)
    style = "bold green" if result.is_good else "bold red"
    lost = f", {result.faults} answers lost on the way" if result.faults else ""
    console.print(
        f"[{style}]Carbonext's balance: {result.before} VCU before, {result.after} after; asked for {result.asked}[/{style}]"
        f" ({CURRENCY}, each message sent twice{lost})",
        soft_wrap=True,
    )


def write_orders(result: OrdersResult, folder: Path) -> None:
    """`orders.json` beside `summary.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    orders = [
        {
            "externalId": one.external_id,
            "option": one.option,
            "vcuAmount": one.vcu_amount,
            "status": one.status,
            "standing": one.standing,
        }
        for one in result.outcomes
    ]
    whole = {
        "orders": orders,
        "before": result.before,
        "after": result.after,
        "asked": result.asked,
        "faults": result.faults,
    }
    (folder / "orders.json").write_text(simplejson.dumps(whole, indent=2, use_decimal=True) + "\n", encoding="utf-8")
