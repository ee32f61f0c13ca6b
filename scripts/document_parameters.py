"""Write the table of `template.yaml`'s parameters into docs/deploy.md, or check that it is the current one."""

import argparse
import sys
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
PAGE = ROOT / "docs" / "deploy.md"
BEGIN = "<!-- parameters: written by scripts/document_parameters.py -->"
END = "<!-- /parameters -->"


def allowed(parameter: dict[str, Any]) -> str:
    """What a parameter accepts, in the reader's words."""
    if "AllowedValues" in parameter:
        return ", ".join(f"`{value}`" for value in parameter["AllowedValues"])
    if "MinValue" in parameter:
        return f"{parameter['MinValue']} to {parameter['MaxValue']}"
    return f"`{parameter['AllowedPattern']}`".replace("|", "\\|")


def default(parameter: dict[str, Any]) -> str:
    """The default, or a word for the empty text."""
    return "(empty)" if parameter["Default"] == "" else f"`{parameter['Default']}`"


def table(template: dict[str, Any]) -> str:
    """One Markdown row per parameter, in the template's order."""
    rows = ["| parameter | default | accepts | meaning |", "| --- | --- | --- | --- |"]
    for name, parameter in template["Parameters"].items():
        rows.append(f"| `{name}` | {default(parameter)} | {allowed(parameter)} | {parameter['Description']} |")
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
    wanted = with_table(page, table(yaml_parse(TEMPLATE.read_text(encoding="utf-8"))))
    if page == wanted:
        return 0
    if check:
        sys.stderr.write("docs/deploy.md: the table of parameters is old; run scripts/document_parameters.py\n")
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
