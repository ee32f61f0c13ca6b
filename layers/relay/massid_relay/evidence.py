"""The evidence bucket: what lies there, and its bytes as a stream."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK = 256 * 1024
"""Bytes held in memory at a time, whatever the file's size."""
_HEAD = 4096
"""Bytes that tell a file's type."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One version of one object. `etag` changes with the bytes."""

    key: str
    version: str
    etag: str
    size: int


class EvidenceBucket:
    """Reads versions of objects; the bucket is the truth, a notification only a nudge."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def look(self, key: str) -> StoredFile | None:
        """The newest version of that object, if there is one."""
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
                return None
            raise
        return StoredFile(key, head.get("VersionId", "null"), head["ETag"].strip('"'), head["ContentLength"])

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
