"""Hands MassIDs in as an integrator does: evidence into the bucket, the submission onto the queue."""

import hashlib
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from massid_relay.core.jsons import dumps

from massid_local.demo.submitted import DroppedFile, Submitted, early_and_late
from massid_local.samples import SampleFile

BATCH = 5
"""Submissions, or three times as many late files, in one step: short enough for a live progress bar."""


class Feeder:
    """Hands in one step after another. `bucket` is the evidence bucket's name, `queue_url` the submissions queue's."""

    def __init__(self, s3: Any, sqs: Any, *, bucket: str, queue_url: str, massids: Sequence[Submitted]) -> None:
        self._s3 = s3
        self._sqs = sqs
        self._bucket = bucket
        self._queue_url = queue_url
        self._waiting = deque(enumerate(massids))
        self._late: deque[tuple[Submitted, SampleFile]] = deque()

    @property
    def done(self) -> bool:
        """Everything was handed in."""
        return not self._waiting and not self._late

    def feed(self, room: int) -> int:
        """Send some of up to `room` submissions, each after its early files. Where nothing can be sent, drop late files.

        Says how many submissions were sent.
        """
        count = max(0, min(room, BATCH, len(self._waiting)))
        for _ in range(count):
            number, one = self._waiting.popleft()
            early, late = early_and_late(one, number)
            for file in early:
                self._drop(one, file)
            self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=dumps(one.submission))
            one.sent_at = time.time()
            self._late.extend((one, file) for file in late)
        if not count:
            for _ in range(min(3 * BATCH, len(self._late))):
                self._drop(*self._late.popleft())
        return count

    def _drop(self, one: Submitted, file: SampleFile) -> None:
        content = file.render()
        one.dropped[file.name] = DroppedFile(file.name, len(content), hashlib.sha256(content).hexdigest())
        key = f"evidence/{one.external_id}/{file.name}"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=file.content_type)
