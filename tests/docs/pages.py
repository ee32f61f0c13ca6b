"""The pages of the documentation, and the parts of them that can be held against the code."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "layers" / "relay" / "massid_relay"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


@cache
def text(name: str) -> str:
    """A page by its path inside the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    """The page's path inside the repository, for the names of tests."""
    return str(page.relative_to(ROOT))


def without_code(page: Path) -> str:
    """The page's prose: what stands in code is no link."""
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "`", prose)


def links(page: Path) -> list[str]:
    """Targets of the page's links."""
    return re.findall(r"\]\(([^)\s]+)\)", without_code(page))


def anchors(page: Path) -> set[str]:
    """What a link to a heading of the page may name, by GitHub's rule."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code_spans(page: Path) -> list[str]:
    """What stands in backticks within a line."""
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", prose)


def code(page: Path) -> Iterator[str]:
    """Every piece of code: spans, and the lines of blocks, less their comments."""
    yield from code_spans(page)
    whole = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```(?:sh|bash)?\n(.*?)^```", whole, flags=re.MULTILINE | re.DOTALL):
        yield from (line.split("  #")[0] for line in block.splitlines())
    yield from (line.strip() for line in whole.splitlines() if line.startswith("    "))


def column(name: str, heading: str, place: int = 0) -> list[str]:
    """The code spans of one column of the first table under a heading."""
    section = re.split(rf"^#+ {re.escape(heading)}$", text(name), flags=re.MULTILINE)[1]
    rows = re.findall(r"(?:^\|.*\n)+", section, flags=re.MULTILINE)[0].splitlines()[2:]
    cells = [re.split(r"(?<!\\)\|", row)[place + 1] for row in rows]
    return [span for cell in cells for span in re.findall(r"`([^`]+)`", cell)]
