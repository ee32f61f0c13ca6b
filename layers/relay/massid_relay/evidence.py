"""The evidence bucket: what lies there, and its bytes as a stream."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from massid_relay.core.evidence import digest_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK = 256 * 1024
"""Bytes held in memory at a time, whatever the file's size."""
_HEAD = 4096
"""Bytes that tell a file's type."""
_GONE = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One version of one object. `etag` changes with the bytes."""

    key: str
    version: str
    etag: str
    size: int
    dropped_at: datetime


class EvidenceBucket:
    """Reads versions of objects; the bucket is the truth, a notification only a nudge."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def look(self, *keys: str) -> StoredFile | None:
        """The newest version of that object, if there is one. Several keys are the spellings of one name: the last one dropped
        counts."""
        found = [file for key in keys if (file := self._head(key)) is not None]
        return max(found, key=lambda file: file.dropped_at, default=None)

    def _head(self, key: str) -> StoredFile | None:
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        etag = head["ETag"].strip('"')
        return StoredFile(key, head.get("VersionId", "null"), etag, head["ContentLength"], head["LastModified"])

    def first_bytes(self, file: StoredFile) -> bytes:
        """Enough of the file to tell its type."""
        if file.size == 0:
            return b""  # no range of an empty object can be asked for
        answer = self._client.get_object(
            Bucket=self._bucket, Key=file.key, VersionId=file.version, Range=f"bytes=0-{_HEAD - 1}"
        )
        return answer["Body"].read()

    def read(self, key: str) -> bytes:
        """A small object as it is now, whole."""
        return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()

    def content(self, file: StoredFile) -> Iterator[bytes]:
        """The bytes of exactly that version, in pieces."""
        answer = self._client.get_object(Bucket=self._bucket, Key=file.key, VersionId=file.version)
        yield from answer["Body"].iter_chunks(_CHUNK)

    def digest(self, file: StoredFile) -> str:
        """SHA-256 of exactly that version."""
        return digest_of(self.content(file))

    def same_bytes(self, file: StoredFile, version: str | None) -> bool:
        """Whether an earlier version of that file has its bytes. One that is gone proves nothing.

        Etags can't tell: one of an upload in parts depends on the parts (docs.aws.amazon.com, AmazonS3/latest/API/API_Object).
        """
        if version is None:
            return False
        try:
            return self.digest(replace(file, version=version)) == self.digest(file)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return False
            raise
