"""The files that a demo leaves: `summary.json` and `documents/<external id>.json`."""

from pathlib import Path

from massid_local.demo.outcome import Summary
from massid_local.samples.files import pretty


class Records:
    """The demo's output folder. What an earlier demo left there is removed first, so that nothing old is taken for new."""

    def __init__(self, folder: Path) -> None:
        self.summary_file = folder / "summary.json"
        self.documents = folder / "documents"
        self.documents.mkdir(parents=True, exist_ok=True)
        self.summary_file.unlink(missing_ok=True)
        for old in self.documents.glob("*.json"):
            old.unlink()

    def document(self, external_id: str, content: bytes) -> None:
        """Keep a document byte for byte as the platform answered it."""
        (self.documents / f"{external_id}.json").write_bytes(content)

    def summary(self, summary: Summary) -> None:
        """Write the summary."""
        self.summary_file.write_text(pretty(summary.to_json()), encoding="utf-8")
