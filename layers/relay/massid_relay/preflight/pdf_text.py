"""The text layer of a PDF, read with pypdf (not part of the Lambda layer, so imported only when asked for)."""

from io import BytesIO


def pdf_text(content: bytes) -> str | None:
    """The text of all pages, or None if the bytes are no PDF, are encrypted, or hold no text (a scan).

    Raises ImportError where pypdf isn't installed.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if not content.startswith(b"%PDF"):
        return None
    try:
        text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ):  # what broken files make it raise
        return None
    return text if text.strip() else None
