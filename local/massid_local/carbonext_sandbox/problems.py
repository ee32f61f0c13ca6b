"""Refusals. No page documents an error body; this one is plain on purpose, so that nobody builds upon it."""


class Refused(Exception):
    """The request is refused with that status; the text quotes no value."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
