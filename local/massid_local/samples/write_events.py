"""Writes `events/`: one real sample per message kind and trigger, all of them of one MassID of the demo.

Usage: python -m massid_local.samples.write_events events
"""

import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import md5
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote_plus
from uuid import NAMESPACE_URL, uuid5

from massid_relay.core.bulk.files import bulk_key
from massid_relay.core.clock import iso
from massid_relay.core.jsons import JsonObject, content_hash, dumps
from massid_relay.core.messages import submission_of

from massid_local.samples.changes import changes
from massid_local.samples.event_types import all_event_types, cancellation
from massid_local.samples.files import pretty
from massid_local.samples.generator import SampleFile, SampleMassID, generate
from massid_local.samples.older import older_forms
from massid_local.samples.table import table_of

EVENTS_SEED: Final = 1
EVENTS_DAY: Final = date(2026, 11, 20)
"""`massid demo --seed 1 --today 2026-11-20` submits these very messages."""

REGION: Final = "sa-east-1"
LEDGER_STREAM: Final = (
    "arn:aws:dynamodb:sa-east-1:123456789012:table/massid-relay-ledger/stream/2026-11-20T00:00:00.000"
)
ACCOUNT: Final = "123456789012"
BUCKET: Final = "massid-relay-evidence"
BULK_FILE: Final = "cargas de março.csv"
OBJECT_VERSION: Final = "096fKKXTRTtl3on89fVO.nfljtsv6qko"
TASK_TOKEN: Final = "AQCEAAAAKgAAAAMAAAAAAAAAATsample"  # noqa: S105 - a stand-in for Step Functions' own


def event_samples() -> dict[str, Any]:
    """File name to content, without writing anything."""
    sample = generate(1, EVENTS_SEED, EVENTS_DAY)[0]
    submission, events = sample.submission, sample.submission["events"]
    return {
        "submission.json": submission,
        "replacement.json": _replacement(submission),
        "document.json": {
            "version": 1,
            "externalId": sample.external_id,
            "document": submission["document"],
        },
        "events.json": _events_message(sample, events=[one for one in events if one["name"] != "CLOSE"]),
        "close.json": _events_message(sample, events=[one for one in events if one["name"] == "CLOSE"]),
        "cancel.json": cancellation(sample.external_id, _sent(sample)),
        "all-event-types.json": all_event_types(sample.external_id, _integrator(events), _sent(sample)),
        "older-forms.json": older_forms(submission),
        "wake.json": _events_message(sample, wake="FileAttached"),
        "submission-again.json": {
            "version": 1,
            "externalId": sample.external_id,
            "submissionRef": _reference(sample),
        },
        "document-step.json": {
            "version": 1,
            "externalId": sample.external_id,
            "generation": 1,
            "submissionRef": _reference(sample),
            "taskToken": TASK_TOKEN,
        },
        "events-step.json": _events_message(
            sample, generation=1, submissionRef=_reference(sample), select="timeline", taskToken=TASK_TOKEN
        ),
        "evidence-request.json": _events_message(
            sample, generation=1, fileNames=submission["evidence"], taskToken=TASK_TOKEN
        ),
        "evidence-s3-notification.json": s3_notification(sample, sample.files[0]),
        "evidence-s3-test-event.json": _s3_test_event(sample),
        "bulk-s3-notification.json": _notification(sample, "bulk", bulk_key(BULK_FILE), _bulk_csv(sample).encode()),
        "bulk-continue.json": {"version": 1, "file": BULK_FILE, "objectVersion": OBJECT_VERSION},
        "place-order.json": _order_message(sample, "place", order=_order(sample)),
        "place-order-step.json": _order_message(
            sample,
            "place",
            documentExternalId=sample.external_id,
            submissionRef=_reference(sample),
            taskToken=TASK_TOKEN,
        ),
        "cancel-order.json": _order_message(sample, "cancel"),
        "cancel-orders.json": {
            "version": 1,
            "action": "cancel-many",
            "externalIds": [f"{sample.external_id}-{number}" for number in (1, 2)],
        },
        "follow-order.json": _order_message(sample, "follow"),
        "undelivered.json": _undelivered(sample),
        "sweep.json": _schedule(sample),
        "ledger-changes.json": changes(sample.external_id, _sent(sample), LEDGER_STREAM),
    }


def bulk_samples() -> dict[str, str]:
    """Bulk files of the same MassID, by name: their text."""
    sample = generate(1, EVENTS_SEED, EVENTS_DAY)[0]
    return {"bulk.csv": _bulk_csv(sample), "bulk.ndjson": dumps(sample.submission) + "\n"}


def _bulk_csv(sample: SampleMassID) -> str:
    return table_of([sample.submission])


def _replacement(submission: JsonObject) -> JsonObject:
    """The same MassID once more, as the second document of its external id."""
    why = "It was entered with the title of another load."
    mended = submission["document"] | {"title": "MassID, entered again"}
    return submission | {"generation": 2, "replaceReason": why, "document": mended}


def write_events(folder: Path) -> list[Path]:
    """Write them all; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in event_samples().items():
        path = folder / name
        path.write_text(pretty(content), encoding="utf-8")
        paths.append(path)
    for name, text in bulk_samples().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def s3_notification(sample: SampleMassID, file: SampleFile) -> JsonObject:
    """What S3 puts on the evidence queue for a new file."""
    return _notification(sample, "evidence", f"evidence/{sample.external_id}/{file.name}", file.render())


def _notification(sample: SampleMassID, configuration: str, key: str, content: bytes) -> JsonObject:
    """What S3 puts on a queue for a new object (docs.aws.amazon.com, AmazonS3, notification-content-structure)."""
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": REGION,
                "eventTime": iso(_sent(sample)),
                "eventName": "ObjectCreated:Put",
                "userIdentity": {"principalId": "AWS:AIDASAMPLEPRINCIPAL00"},
                "requestParameters": {"sourceIPAddress": "192.0.2.10"},
                "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "sample"},
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": configuration,
                    "bucket": {
                        "name": BUCKET,
                        "ownerIdentity": {"principalId": "A1SAMPLEOWNER"},
                        "arn": f"arn:aws:s3:::{BUCKET}",
                    },
                    "object": {
                        "key": quote_plus(key, safe="/"),
                        "size": len(content),
                        "eTag": md5(content, usedforsecurity=False).hexdigest(),
                        "versionId": OBJECT_VERSION,
                        "sequencer": "0055AED6DCD90281E5",
                    },
                },
            }
        ]
    }


def _reference(sample: SampleMassID) -> str:
    """The name under which the ledger stores the submission: the hash of its content."""
    return content_hash(submission_of(sample.submission).to_payload())


def _events_message(sample: SampleMassID, **content: object) -> JsonObject:
    return {"version": 1, "documentExternalId": sample.external_id, **content}


def _integrator(events: list[JsonObject]) -> JsonObject:
    return next(event for event in events if event.get("label") == "Integrator")


def _sent(sample: SampleMassID) -> datetime:
    """Some minutes after the MassID was closed."""
    return sample.load.times.closed + timedelta(minutes=10)


def _s3_test_event(sample: SampleMassID) -> JsonObject:
    """What S3 sends once, when the notification is set up."""
    return {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": iso(_sent(sample)),
        "Bucket": BUCKET,
        "RequestId": "5582815E1AEA5ADF",
        "HostId": "sample",
    }


def _order(sample: SampleMassID) -> JsonObject:
    """Retirement option 4: certificate and credits for two different parties (b2b-api-concepts/orders)."""
    return {
        "externalId": f"{sample.external_id}-order",
        "co2eKilograms": Decimal("20.5"),
        "targetCurrency": "BRL",
        "payWithBalance": True,
        "certificateRecipientInfo": {
            "name": "Mercado Exemplo Ltda.",
            "email": "certificados@mercado.example",
            "taxId": "11.444.777/0001-61",
            "retirementName": "Ana Exemplo",
            "retirementEmail": "ana@exemplo.example",
            "retirementTaxId": "529.982.247-25",
        },
        "metaData": "March, organic waste",
    }


def _order_message(sample: SampleMassID, action: str, **fields: object) -> JsonObject:
    return {"version": 1, "action": action, "externalId": f"{sample.external_id}-order", **fields}


def _undelivered(sample: SampleMassID) -> JsonObject:
    """What Lambda hands to bury_dead_letter: a message that SQS itself moved after too many receives
    (docs.aws.amazon.com, lambda, with-sqs)."""
    body = dumps(sample.submission)
    sent = int(_sent(sample).timestamp() * 1000)
    return {
        "Records": [
            {
                "messageId": str(uuid5(NAMESPACE_URL, sample.external_id)),
                "receiptHandle": "AQEBsample",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": str(sent),
                    "SenderId": "AIDASAMPLESENDER00000",
                    "ApproximateFirstReceiveTimestamp": str(sent + 60_000),
                    "DeadLetterQueueSourceArn": _queue_arn("massid-relay-submissions"),
                },
                "messageAttributes": {},
                "md5OfBody": md5(body.encode(), usedforsecurity=False).hexdigest(),
                "eventSource": "aws:sqs",
                "eventSourceARN": _queue_arn("massid-relay-undelivered"),
                "awsRegion": REGION,
            }
        ]
    }


def _queue_arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def _schedule(sample: SampleMassID) -> JsonObject:
    """What the five-minute schedule hands to sweep (docs.aws.amazon.com, eventbridge, scheduled events)."""
    return {
        "version": "0",
        "id": str(uuid5(NAMESPACE_URL, f"sweep {sample.external_id}")),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": _sent(sample).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/massid-relay-sweep"],
        "detail": {},
    }


if __name__ == "__main__":
    for written in write_events(Path(sys.argv[1] if len(sys.argv) > 1 else "events")):
        sys.stdout.write(f"{written}\n")
