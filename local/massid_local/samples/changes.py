"""A sample of what the ledger's stream hands to announce: a document that came to stand, a dead letter, a run that has failed."""

import base64
import zlib
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from massid_relay.core.clock import iso
from massid_relay.core.jsons import JsonObject
from massid_relay.core.operation import Operation, Stage
from massid_relay.core.record import DocumentRecord
from massid_relay.ledger.dead_letters import DeadLetter
from pydantic import TypeAdapter

FIRST: Final = 4421584500000000017450439091


def changes(external_id: str, at: datetime, stream_arn: str) -> JsonObject:
    """Three records of one batch (docs.aws.amazon.com, lambda, "Using AWS Lambda with Amazon DynamoDB")."""
    began = DocumentRecord(external_id, create=Operation(Stage.STARTED, at, at), version=1)
    stands = DocumentRecord(
        external_id, document_id=_uuid(external_id), create=Operation(Stage.CONFIRMED, at, at), version=2
    )
    letter = DeadLetter(
        _uuid("letter"),
        "events",
        "Rejected400",
        "the provider refused it",
        at,
        at,
        external_id,
        "weighing",
        generation=1,
    )
    run = {"number": {"N": "1"}, "part": {"S": "0" * 64}, "generation": {"N": "1"}, "opened_at": {"S": iso(at)}}
    told = [
        (f"DOC#{external_id}", "GEN#00001", _packed(began), _packed(stands)),
        (f"DEAD#{letter.id}", "DEAD", None, {"body": {"S": TypeAdapter(DeadLetter).dump_json(letter).decode()}}),
        (f"RUN#{external_id}", "RUN", {**run, "state": {"S": "open"}}, {**run, "state": {"S": "failed"}}),
    ]
    records = [_record(number, one, at, stream_arn) for number, one in enumerate(told)]
    return {"Records": records}


def _packed(record: DocumentRecord) -> JsonObject:
    """Not compressed, so that every zlib writes the same bytes."""
    text = TypeAdapter(DocumentRecord).dump_json(record, exclude_defaults=True)
    return {
        "version": {"N": str(record.version)},
        "body": {"B": base64.b64encode(zlib.compress(text, 0)).decode()},
    }


def _record(number: int, told: tuple[str, str, Any, Any], at: datetime, stream_arn: str) -> JsonObject:
    pk, sk, old, new = told
    keys = {"pk": {"S": pk}, "sk": {"S": sk}}
    images = {name: {**keys, **image} for name, image in (("OldImage", old), ("NewImage", new)) if image is not None}
    return {
        "eventID": uuid5(NAMESPACE_URL, f"{number} {pk}").hex,
        "eventName": "MODIFY" if old else "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": stream_arn.split(":")[3],
        "dynamodb": {
            "ApproximateCreationDateTime": int(at.timestamp()),
            "Keys": keys,
            **images,
            "SequenceNumber": str(FIRST + number),
            "SizeBytes": 512,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": stream_arn,
    }


def _uuid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))
