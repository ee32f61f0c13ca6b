"""The bytes of evidence files. The same name and version are the same bytes, another version is another file."""

from collections.abc import Callable
from io import BytesIO
from typing import Final

from PIL import Image, PngImagePlugin

MIME: Final = {"pdf": "application/pdf", "png": "image/png"}


def content(kind: str, text: str, size: int | None = None) -> bytes:
    """A file of that kind which holds `text`, padded to `size` bytes. Raises KeyError for an unknown kind."""
    made = _KINDS[kind](text)
    return made if size is None else made.ljust(size, b"\n")


def kind_of(name: str) -> str:
    """By the name's ending."""
    return name.rpartition(".")[2].lower()


def _pdf(text: str) -> bytes:
    return f"%PDF-1.4\n%{text}\n%%EOF\n".encode()


def _png(text: str) -> bytes:
    target, note = BytesIO(), PngImagePlugin.PngInfo()
    note.add_itxt("Comment", text)
    Image.new("1", (8, 8), 1).save(target, format="PNG", pnginfo=note)
    return target.getvalue()


def _nothing(_: str) -> bytes:
    return b""


_KINDS: Final[dict[str, Callable[[str], bytes]]] = {"pdf": _pdf, "png": _png, "empty": _nothing}
