"""Writes `events/`: one real sample per message kind and trigger, all of them of one MassID of the demo.

Usage: python -m massid_local.samples.write_events events
"""

import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import md5
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from massid_relay.core.clock import iso
from massid_relay.core.jsons import JsonObject, content_hash, dumps
from massid_relay.core.messages import submission_of

from massid_local.samples.files import pretty
from massid_local.samples.generator import SampleFile, SampleMassID, generate

EVENTS_SEED: Final = 1
EVENTS_DAY: Final = date(2026, 11, 20)
"""`massid demo --seed 1 --today 2026-11-20` submits these very messages."""

REGION: Final = "sa-east-1"
ACCOUNT: Final = "123456789012"
BUCKET: Final = "massid-relay-evidence"
TASK_TOKEN: Final = "AQCEAAAAKgAAAAMAAAAAAAAAATsample"  # noqa: S105 - a stand-in for Step Functions' own


def event_samples() -> dict[str, JsonObject]:
    """File name to content, without writing anything."""
    sample = generate(1, EVENTS_SEED, EVENTS_DAY)[0]
    submission, events = sample.submission, sample.submission["events"]
    return {
        "submission.json": submission,
        "document.json": {
            "version": 1,
            "externalId": sample.external_id,
            "document": submission["document"],
        },
        "events.json": _events_message(sample, events=[one for one in events if one["name"] != "CLOSE"]),
        "close.json": _events_message(sample, events=[one for one in events if one["name"] == "CLOSE"]),
        "wake.json": _events_message(sample, wake="FileAttached"),
        "submission-again.json": {
            "version": 1,
            "externalId": sample.external_id,
            "submissionRef": _reference(sample),
        },
        "document-step.json": {
            "version": 1,
            "externalId": sample.external_id,
            "submissionRef": _reference(sample),
            "taskToken": TASK_TOKEN,
        },
        "events-step.json": _events_message(
            sample, submissionRef=_reference(sample), select="timeline", taskToken=TASK_TOKEN
        ),
        "evidence-request.json": _events_message(sample, fileNames=submission["evidence"], taskToken=TASK_TOKEN),
        "evidence-s3-notification.json": s3_notification(sample, sample.files[0]),
        "evidence-s3-test-event.json": _s3_test_event(sample),
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
    }


def write_events(folder: Path) -> list[Path]:
    """Write them all; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in event_samples().items():
        path = folder / name
        path.write_text(pretty(content), encoding="utf-8")
        paths.append(path)
    return paths


def s3_notification(sample: SampleMassID, file: SampleFile) -> JsonObject:
    """What S3 puts on the evidence queue for a new object (docs.aws.amazon.com, AmazonS3, notification-content-structure)."""
    content = file.render()
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
                    "configurationId": "evidence",
                    "bucket": {
                        "name": BUCKET,
                        "ownerIdentity": {"principalId": "A1SAMPLEOWNER"},
                        "arn": f"arn:aws:s3:::{BUCKET}",
                    },
                    "object": {
                        "key": f"evidence/{sample.external_id}/{file.name}",
                        "size": len(content),
                        "eTag": md5(content, usedforsecurity=False).hexdigest(),
                        "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
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
