"""How a running demo looks: bars in a terminal, a line now and then in a pipe."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from massid_local.demo import DemoOptions, Progress
from massid_local.demo.run import CALLS_PER_SECOND
from massid_local.demo.submitted import Submitted, totals
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

SECONDS_BETWEEN_LINES = 5


class DemoProgress(ABC):
    """What the demo tells on its way."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._totals: dict[str, int] = {}
        self._began = time.monotonic()

    def starting(self, options: DemoOptions) -> None:
        """The stack is about to come up."""
        faults = ", a fifth of its writes failing" if options.faults else ""
        self._console.print(
            f"{options.count} MassID{'s' if options.count > 1 else ''} (seed {options.seed}, {options.today}), "
            f"the Carrot sandbox at {CALLS_PER_SECOND} calls a second{faults}."
        )

    def feeding(self, massids: Sequence[Submitted]) -> None:
        """The stack is up."""
        self._console.print(f"Stack up after {self.elapsed:.1f} s.")
        files, events = totals(massids)
        count = len(massids)
        self._totals = {
            "submitted": count,
            "documents": count,
            "files": files,
            "events": events,
            "closed": count,
            "checked": count,
        }

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    @abstractmethod
    def update(self, progress: Progress) -> None:
        """Something has moved."""

    @abstractmethod
    def stop(self) -> None:
        """Nothing will move any more. May be called twice."""


class LiveProgress(DemoProgress):
    """A bar for each kind of thing that comes to stand on the network."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._bars = Bars(
            TextColumn("{task.description:9}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[note]}"),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def feeding(self, massids: Sequence[Submitted]) -> None:
        super().feeding(massids)
        self._tasks = {name: self._bars.add_task(name, total=total, note="") for name, total in self._totals.items()}
        self._bars.start()

    def update(self, progress: Progress) -> None:
        for name, task in self._tasks.items():
            self._bars.update(task, completed=getattr(progress, name))
        self._bars.update(self._tasks["events"], note=_calls(progress))
        self._bars.update(self._tasks["documents"], note=_crashes(progress))
        self._bars.update(self._tasks["closed"], note=f"{progress.failed} failed" if progress.failed else "")

    def stop(self) -> None:
        self._bars.stop()


class PlainProgress(DemoProgress):
    """Lines without control characters."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._last_line = 0.0

    def update(self, progress: Progress) -> None:
        if self.elapsed - self._last_line < SECONDS_BETWEEN_LINES:
            return
        self._last_line = self.elapsed
        counts = ", ".join(f"{name} {getattr(progress, name)}/{total}" for name, total in self._totals.items())
        crashes = f", {_crashes(progress)}" if progress.crashes else ""
        self._console.print(f"{self.elapsed:4.0f} s: {counts}{crashes}", soft_wrap=True)

    def stop(self) -> None:
        """Each line is out already."""


@contextmanager
def shown_progress(console: Console) -> Iterator[DemoProgress]:
    """What suits the console; it is stopped at the end, whatever the end."""
    live = console.is_terminal and not console.is_dumb_terminal
    progress: DemoProgress = LiveProgress(console) if live else PlainProgress(console)
    try:
        yield progress
    finally:
        progress.stop()


def _calls(progress: Progress) -> str:
    refused = f", {progress.refused} refused" if progress.refused else ""
    return f"{progress.calls} calls{refused}"


def _crashes(progress: Progress) -> str:
    """The functions' logs tell why."""
    return f"{progress.crashes} crashes (see logs)" if progress.crashes else ""
