"""Every link inside the documentation leads somewhere, and every file that it names is there."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import PACKAGE, PAGES, ROOT, anchors, code_spans, links, name_of

OWN = re.compile(r"[\w.\-/]+/[\w.\-]*|[\w\-]+\.(?:md|yaml|toml)")
ELSEWHERE = ("build/", "libs/", "evidence/", "oauth2/", "application/", "integrations/", "guides/", "api/", "text/")
"""What is built, the auditor's own sources, keys of the bucket, pages and media types."""
SUFFIXES = (".py", ".md", ".yaml", ".toml", ".json", ".tsv", "/")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_pages_and_headings_that_exist(page: Path) -> None:
    broken = [
        link for link in links(page) if not link.startswith(("https://", "http://")) and not _resolves(page, link)
    ]
    assert not broken


def _resolves(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_that_are_named_exist(page: Path) -> None:
    named = [span for span in code_spans(page) if _is_own_path(span)]
    bases = (ROOT, PACKAGE, page.parent, ROOT / "tests" / page.stem)
    assert not [path for path in named if not any((base / path).exists() for base in bases)]


def _is_own_path(span: str) -> bool:
    own = OWN.fullmatch(span) is not None and span.endswith(SUFFIXES) and not span.startswith((".", "/", *ELSEWHERE))
    return own and "/" in span.rstrip("/")
