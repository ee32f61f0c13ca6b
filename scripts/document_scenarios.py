"""Write the table of scenarios into docs/scenarios.md, or check that it is the current one."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from massid_local.scenarios import Scenario, load_scenarios

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "scenarios.md"
BEGIN = "<!-- scenarios: written by scripts/document_scenarios.py -->"
END = "<!-- /scenarios -->"


def table(scenarios: Sequence[Scenario]) -> str:
    """One Markdown row per scenario, by topic."""
    rows = ["| topic | scenario | what it tells |", "| --- | --- | --- |"]
    for one in sorted(scenarios, key=lambda one: (one.topic, one.name)):
        title = one.title.replace("|", "\\|")
        rows.append(f"| {one.topic} | `{one.name}` | {title} |")
    return "\n".join(rows)


def with_table(page: str, rows: str) -> str:
    """The page with its table replaced."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{rows}\n{END}{after}"


def main() -> int:
    """Exit code 1 if `--check` finds an old table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="change nothing, fail if the table is out of date")
    check = arguments.parse_args().check
    page = PAGE.read_text(encoding="utf-8")
    wanted = with_table(page, table(load_scenarios(ROOT / "scenarios")))
    if page == wanted:
        return 0
    if check:
        sys.stderr.write("docs/scenarios.md: the table of scenarios is old; run scripts/document_scenarios.py\n")
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
