"""Prints a figure as a table, keeps it in build/bench.json, and draws it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine
from benchmarks.rows import Figure, Row

BUILD = Path("build")
RESULTS = BUILD / "bench.json"
WIDTH = 160
"""Columns of a table in a file."""


def show(figure: Figure, rows: Sequence[Row]) -> None:
    """The table."""
    table = Table(title=f"{figure.key}: {figure.title}", caption=f"baseline: {figure.baseline}", title_justify="left")
    for heading in ("", "ours", "baseline", "ratio", "unit", "aim", "note"):
        table.add_column(heading, justify="right" if heading in {"ours", "baseline", "ratio"} else "left")
    for row in rows:
        verdict = {True: "met", False: "MISSED", None: ""}[row.met]
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        aim = f"{row.aim} {verdict}".strip()
        table.add_row(row.what, written(row.ours), written(row.baseline), ratio, row.unit, aim, row.note)
    console = Console()
    Console(width=None if console.is_terminal else WIDTH).print(table)


def keep(figure: Figure, rows: Sequence[Row]) -> None:
    """Put the figure into build/bench.json; the others stay."""
    BUILD.mkdir(exist_ok=True)
    results = read_results(RESULTS)
    results[figure.key] = [row.as_json() for row in rows]
    results.setdefault("machine", {})[figure.key] = machine()
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_results(file: Path) -> dict[str, Any]:
    """What earlier runs left."""
    if not file.exists():
        return {}
    results: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return results


def draw(figure: Figure, rows: Sequence[Row]) -> Path:
    """The plot: a pair of bars per row, as multiples of the row's baseline, since the units differ."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    drawn = [row for row in rows if row.ratio is not None]
    plot, axes = pyplot.subplots(figsize=(9, 1.2 + 0.55 * len(drawn)), layout="constrained")
    places = list(range(len(drawn)))
    axes.barh([place - 0.18 for place in places], [1] * len(drawn), 0.34, color="#b8bec6", label="baseline")
    ours = axes.barh(
        [place + 0.18 for place in places], [row.ratio or 0 for row in drawn], 0.34, color="#1f7a5c", label="ours"
    )
    axes.bar_label(ours, [f" {written(row.ours)} of {written(row.baseline)} {row.unit}" for row in drawn], fontsize=8)
    axes.set_yticks(places, [row.what for row in drawn], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, max([1.0, *(row.ratio or 0 for row in drawn)]) * 1.45)
    axes.set_xlabel(f"multiple of the baseline: {figure.baseline}", fontsize=8)
    axes.set_title(f"{figure.key}: {figure.title}", fontsize=10, loc="left")
    axes.legend(fontsize=8, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    file = BUILD / f"bench-{figure.key}.png"
    plot.savefig(file, dpi=130)
    pyplot.close(plot)
    return file


def written(value: float) -> str:
    """A number as a table shows it: three figures that matter, whole numbers whole."""
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"
