"""A file is what its name says, by its bytes, and on every machine alike (invariant 10)."""

import io
import mimetypes
import zipfile

import pytest
from massid_relay.core.errors import EvidenceRefused
from massid_relay.core.file_types import LARGEST_FILE, accepted_type

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
JFIF = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
EXE = b"MZ\x90\0\x03\0\0\0"


def archive(*names: str) -> bytes:
    """The beginning of a ZIP archive with these members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name in names:
            opened.writestr(name, "<x/>" * 3000)
    return packed.getvalue()[:4096]


DOCX = archive("[Content_Types].xml", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")
OFFICE = "application/vnd.openxmlformats-officedocument"
TAKEN = [
    ("a.pdf", b"%PDF-1.7\n", "application/pdf"),
    ("A.PDF", b"%PDF-1.7\n", "application/pdf"),
    ("a.b.pdf", b"%PDF-1.7\n", "application/pdf"),
    ("a.png", PNG, "image/png"),
    ("a.jpg", JFIF, "image/jpeg"),
    ("photo.jpeg", b"\xff\xd8\xff\xe1\0\x10Exif\0\0", "image/jpeg"),
    ("raw.jpg", b"\xff\xd8\xff\xdb\0C\0", "image/jpeg"),
    ("from a phone.jfif", JFIF, "image/jpeg"),
    ("a.tif", b"II*\0\x08\0\0\0", "image/tiff"),
    ("a.tiff", b"MM\0*\0\0\0\x08", "image/tiff"),
    ("a.gif", b"GIF89a\1\0", "image/gif"),
    ("a.webp", b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
    ("a.bmp", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", "image/bmp"),
    ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
    ("b.heic", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "image/heic"),
    ("a.heif", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "image/heif"),
    ("a.doc", OLE, "application/msword"),
    ("a.xls", OLE, "application/vnd.ms-excel"),
    ("a.docx", DOCX, f"{OFFICE}.wordprocessingml.document"),
    ("a.xlsx", XLSX, f"{OFFICE}.spreadsheetml.sheet"),
    ("a.odt", archive("mimetype"), "application/vnd.oasis.opendocument.text"),
    ("a.ods", archive("mimetype"), "application/vnd.oasis.opendocument.spreadsheet"),
    ("a.zip", archive("a.txt"), "application/zip"),
    ("a.xml", b'<?xml version="1.0" encoding="UTF-8"?><nfeProc/>', "application/xml"),
    ("bom.xml", b'\xef\xbb\xbf<?xml version="1.0"?><a/>', "application/xml"),
    ("no prolog.xml", b'\r\n<nfeProc xmlns="x"><a/></nfeProc>', "application/xml"),
    ("a.txt", "Peso líquido: 5 kg".encode("latin-1"), "text/plain"),
    ("a.csv", b"a;b\n", "text/csv"),
    ("b.csv", b"BM;PK;II\n", "text/csv"),
    ("a.json", b"{}", "application/json"),
]
NOT_TAKEN = [
    ("a.exe", EXE),
    ("a.svg", b'<?xml version="1.0"?><svg/>'),
    ("a.html", b"<!DOCTYPE html><html>"),
    ("a.pdf.gz", b"\x1f\x8b\x08"),
    ("a.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0"),
    ("pdf", b"%PDF-1.7"),
    ("a.", b"%PDF-1.7"),
]
NOT_WHAT_IT_SAYS = [
    ("a.pdf", PNG),
    ("a.pdf", b"MZ not a pdf"),
    ("a.png", b"%PDF-1.7"),
    ("a.heic", b"\0\0\0\x18ftypmp42\0\0\0\0"),
    ("a.docx", OLE),
    ("a.doc", DOCX),
    ("a.xml", b"%PDF-1.7"),
    ("a.xml", b"<!DOCTYPE html><html>"),
    ("a.xml", b"<HTML><body>"),
    ("a.xml", b"peso;5"),
    ("a.txt", b"%PDF-1.7"),
    ("a.csv", EXE),
    ("a.csv", XLSX),
    ("a.csv", OLE),
    ("a.json", JFIF),
    ("a.txt", PNG),
    ("a.txt", b"a\0b"),
]


@pytest.fixture(autouse=True)
def no_table_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workstation has /etc/mime.types, Lambda has none: whoever asks for it decides otherwise here and there."""

    def ask(*_: object, **__: object) -> None:
        raise AssertionError("the machine's table was read")

    for question in ("guess_type", "guess_extension", "init"):
        monkeypatch.setattr(mimetypes, question, ask)


@pytest.mark.parametrize(("name", "content", "expected"), TAKEN)
def test_these_are_evidence(name: str, content: bytes, expected: str) -> None:
    assert accepted_type(name, len(content), content) == expected


@pytest.mark.parametrize(("name", "content"), NOT_TAKEN)
def test_these_endings_are_no_type_of_evidence(name: str, content: bytes) -> None:
    with pytest.raises(EvidenceRefused) as caught:
        accepted_type(name, len(content), content)
    assert [field.path for field in caught.value.fields] == [f"fileNames.{name}"]
    assert "ending" in caught.value.fields[0].problem


@pytest.mark.parametrize(("name", "content"), NOT_WHAT_IT_SAYS)
def test_these_are_not_what_their_name_says(name: str, content: bytes) -> None:
    with pytest.raises(EvidenceRefused, match="another type"):
        accepted_type(name, len(content), content)


@pytest.mark.parametrize(("size", "says"), [(0, "empty"), (LARGEST_FILE + 1, "larger than")])
def test_the_size_counts_first(size: int, says: str) -> None:
    with pytest.raises(EvidenceRefused, match=says):
        accepted_type("a.pdf", size, b"%PDF-1.7")
