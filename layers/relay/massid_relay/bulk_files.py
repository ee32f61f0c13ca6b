"""Bulk files and their reports in the evidence bucket."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from massid_relay.core.bulk.entries import OpenAt
from massid_relay.core.bulk.files import GONE, bulk_key, refused_key
from massid_relay.core.bulk.run import BulkRun
from massid_relay.core.errors import BulkRefused
from massid_relay.core.jsons import JsonObject, dumps, loads

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PIECE = 256 * 1024
"""Bytes held in memory at a time, whatever the file's size."""
_GONE = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})


class BulkFiles:
    """Reads versions of bulk files as streams, writes reports."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def newest(self, name: str) -> str | None:
        """The newest version of that file. S3 names it in its notifications; this is for those that lack it."""
        head = self._head(Key=bulk_key(name))
        return None if head is None else head.get("VersionId", "null")

    def size(self, name: str, object_version: str) -> int | None:
        """Bytes of that version; None if it is gone."""
        head = self._head(Key=bulk_key(name), VersionId=object_version)
        return None if head is None else head["ContentLength"]

    def opener(self, name: str, object_version: str, size: int) -> OpenAt:
        """Opens that version at any offset. Raises BulkRefused if it was deleted or has expired."""

        def open_at(offset: int) -> Iterator[bytes]:
            if offset >= size:
                return
            answer = self._get(Key=bulk_key(name), VersionId=object_version, Range=f"bytes={offset}-")
            try:
                yield from answer["Body"].iter_chunks(_PIECE)
            finally:
                answer["Body"].close()

        return open_at

    def write_report(self, key: str, report: JsonObject) -> None:
        """The report, for people and programs."""
        self._put(key, json.dumps(report, indent=2, ensure_ascii=False) + "\n", "application/json")

    def write_refused(self, key: str, refused: Iterable[JsonObject]) -> None:
        """Refused lines of one chunk; written again after a crash, it is the same object."""
        self._put(key, "".join(dumps(one) + "\n" for one in refused), "application/x-ndjson")

    def refused(self, run: BulkRun) -> Iterator[JsonObject]:
        """All refused lines of a run, in order, one part of them in memory at a time."""
        for part in range(1, run.parts + 1):
            answer = self._client.get_object(Bucket=self._bucket, Key=refused_key(run.name, run.id, part))
            yield from map(loads, answer["Body"].read().splitlines())

    def _head(self, **which: Any) -> Any:
        try:
            return self._client.head_object(Bucket=self._bucket, **which)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise

    def _get(self, **which: Any) -> Any:
        try:
            return self._client.get_object(Bucket=self._bucket, **which)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise BulkRefused(GONE) from None
            raise

    def _put(self, key: str, text: str, content_type: str) -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=text.encode(), ContentType=content_type)
