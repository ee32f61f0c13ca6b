"""Write the tables of modules and environment variables into docs/architecture.md, or check that they are the current ones."""

import argparse
import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from massid_relay.settings import Settings
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
PAGE = ROOT / "docs" / "architecture.md"
PACKAGE = ROOT / "layers" / "relay" / "massid_relay"
ELSEWHERE = {"preflight": "docs/preflight.md tells of each rule"}
"""Packages whose modules have a page of their own: one row for all of them."""


def modules() -> str:
    """One row per module of the shared package, from the first sentence of its docstring."""
    rows = ["| module | what it is for |", "| --- | --- |"]
    for path in sorted(PACKAGE.rglob("*.py"), key=lambda path: (path.parent, path.name)):
        inside = path.relative_to(PACKAGE)
        elsewhere = ELSEWHERE.get(inside.parts[0])
        if inside.parts[0] in ELSEWHERE and len(inside.parts) == 2 and path.name == "__init__.py":
            rows.append(f"| `{inside.parent}/` | {first_sentence(path)} {elsewhere} |")
        elif elsewhere is None and not (path.name == "__init__.py" and inside.parent != Path()):
            rows.append(f"| `{inside}` | {first_sentence(path)} |")
    return "\n".join(rows)


def first_sentence(path: Path) -> str:
    """The first sentence of a module's docstring, on one line."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(text.split("\n\n")[0].split())
    sentence, dot, _ = paragraph.partition(". ")
    return (sentence + dot).strip().replace("|", "\\|")


def variables() -> str:
    """One row per environment variable that the typed model reads, with what fills it."""
    template = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    rows = ["| variable | filled by | functions |", "| --- | --- | --- |"]
    for field in Settings.model_fields:
        name = field.upper()
        sources = sorted(set(_sources(template, name)))
        rows.append(f"| `{name}` | {_filled_by(sources)} | {_read_by(template, name)} |")
    return "\n".join(rows)


def _sources(template: dict[str, Any], name: str) -> Iterator[str]:
    for given in _environments(template):
        if name in given:
            yield from _references(given[name])


def _environments(template: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield template["Globals"]["Function"]["Environment"]["Variables"]
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            yield resource["Properties"].get("Environment", {}).get("Variables", {})


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and "Ref" in value:
        yield value["Ref"]
    elif isinstance(value, dict) and "Fn::If" in value:
        for branch in value["Fn::If"][1:]:
            yield from _references(branch)
    elif isinstance(value, dict):
        yield "an expression"
    else:
        yield str(value)


def _filled_by(sources: list[str]) -> str:
    return ", ".join(f"`{source}`" for source in sources) or "nothing yet: the default holds"


def _read_by(template: dict[str, Any], name: str) -> str:
    if name in template["Globals"]["Function"]["Environment"]["Variables"]:
        return "all"
    own = [
        f"`{logical_id}`"
        for logical_id, resource in template["Resources"].items()
        if name in resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
    ]
    return ", ".join(own)


def with_tables(page: str) -> str:
    """The page with both tables replaced."""
    for name, rows in (("modules", modules()), ("variables", variables())):
        begin, end = f"<!-- {name}: written by scripts/document_architecture.py -->", f"<!-- /{name} -->"
        before, found, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        if not found:
            raise SystemExit(f"docs/architecture.md lacks the line {begin}")
        page = f"{before}{begin}\n{rows}\n{end}{after}"
    return page


def main() -> int:
    """Exit code 1 if `--check` finds an old table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="change nothing, fail if a table is out of date")
    check = arguments.parse_args().check
    page = PAGE.read_text(encoding="utf-8")
    wanted = with_tables(page)
    if page == wanted:
        return 0
    if check:
        sys.stderr.write("docs/architecture.md: a table is old; run scripts/document_architecture.py\n")
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
