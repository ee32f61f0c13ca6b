"""What lies in the evidence bucket, and whether anybody asked for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError
from massid_relay.core.evidence import PREFIX, EvidenceKey, asked_name, evidence_key, parse_key
from massid_relay.core.record import DocumentRecord
from massid_relay.ledger.unasked import UnaskedFile, UnaskedStore

from massid_cli.operations.target import Target


@dataclass(frozen=True, slots=True)
class FileStanding:
    """One file of a document. `state`: attached, refused, awaited (asked for, not there), there (asked for, not attached yet),
    nobody asked for it, or outside the convention."""

    name: str
    state: str
    problem: str | None = None
    """What is wrong with a key outside the convention, which nobody can ask for."""


def unasked_files(target: Target) -> list[UnaskedFile]:
    """Files that nobody has asked for. What was asked for or deleted meanwhile is taken off the list on the way."""
    store = UnaskedStore(target.client("dynamodb"), target.table)
    found = []
    for file in store.all():
        asked = asked_name(target.documents.load(file.key.external_id).files, file.key.file_name) is not None
        if asked or not _there(target, file.key):
            store.remove(file.key)
        else:
            found.append(file)
    return found


def files_of(target: Target, external_id: str) -> list[FileStanding]:
    """All files of one document: those in the bucket and those that are awaited."""
    record = target.documents.load(external_id)
    there = {asked_name(record.files, name) or name for name in _names(target, external_id)}
    return [_standing(record, external_id, name, there) for name in sorted(there | set(record.files))]


def _standing(record: DocumentRecord, external_id: str, name: str, there: set[str]) -> FileStanding:
    key = parse_key(evidence_key(external_id, name))
    if isinstance(key, str):
        return FileStanding(name, "outside the convention", key)
    return FileStanding(name, _state(record, name, there))


def _state(record: DocumentRecord, name: str, there: set[str]) -> str:
    file = record.files.get(name)
    if file is None:
        return "nobody asked for it"
    if file.attached:
        return "attached"
    if file.refused:
        return "refused"
    return "there" if name in there else "awaited"


def _names(target: Target, external_id: str) -> Iterator[str]:
    prefix = f"{PREFIX}{external_id}/"
    pages = target.client("s3").get_paginator("list_objects_v2").paginate(Bucket=_bucket(target), Prefix=prefix)
    return (item["Key"].removeprefix(prefix) for page in pages for item in page.get("Contents", []))


def _there(target: Target, file: EvidenceKey) -> bool:
    try:
        target.client("s3").head_object(Bucket=_bucket(target), Key=evidence_key(file.external_id, file.file_name))
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return False
        raise
    return True


def _bucket(target: Target) -> str:
    return target.resources["EvidenceBucket"]
