"""`python -m benchmarks [FIGURE …] [--full]`: measure, print, keep, draw."""

import argparse
import importlib
import time
from collections.abc import Sequence

from rich.console import Console

from benchmarks import report
from benchmarks.rows import Figure

FIGURES = ("calls", "utilisation", "start", "cpu", "price", "growth")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the figures named, one after the other: they would disturb each other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"{', '.join(FIGURES)}; none: all of them")
    parser.add_argument("--full", action="store_true", help="the whole matrix (hours)")
    chosen = parser.parse_args(arguments)
    if unknown := sorted(set(chosen.figures) - set(FIGURES)):
        parser.error(f"no such figure: {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    for key in chosen.figures or FIGURES:
        measure(figure(key), full=chosen.full)


def figure(key: str) -> Figure:
    """The figure of that key; each lives in a module of its own."""
    found: Figure = importlib.import_module(f"benchmarks.{key}").FIGURE
    return found


def measure(figure: Figure, *, full: bool) -> None:
    """One figure, from measurement to plot."""
    started = time.monotonic()
    rows = figure.measure(full)
    report.show(figure, rows)
    report.keep(figure, rows)
    plot = report.draw(figure, rows)
    Console().print(f"{time.monotonic() - started:.0f} s; {report.RESULTS}, {plot}\n", style="dim")


if __name__ == "__main__":
    main()
