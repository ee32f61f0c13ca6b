"""The same job written with powertools' batch and idempotency utilities as their documentation shows: the baseline of `cpu`.

One record handler per queue; the idempotent function makes the call and, since the event's handler must find the document by the
integrator's id, keeps that mapping. Payload validation is on. (docs.powertools.aws.dev, lambda/python, utilities/batch and
utilities/idempotency.) It knows no pacing, no order of events, no retry table and no unknown outcomes.
"""

import json
import os
import time
import uuid
from typing import Any

import boto3
import httpx
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    SqsFifoPartialProcessor,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

from benchmarks.powertools_tables import IDEMPOTENCY, MAPPING

Json = dict[str, Any]


http = httpx.Client(base_url=os.environ["CARROT_BASE_URL"], trust_env=False)
dynamodb = boto3.client("dynamodb")
secrets = boto3.client("secretsmanager")
documents_store = DynamoDBPersistenceLayer(table_name=IDEMPOTENCY)
events_store = DynamoDBPersistenceLayer(table_name=IDEMPOTENCY)  # a store keeps the first configuration it is given
documents_config = IdempotencyConfig(event_key_jmespath="externalId", payload_validation_jmespath="document")
events_config = IdempotencyConfig(event_key_jmespath="events[0].externalId", payload_validation_jmespath="events[0]")
documents_processor = BatchProcessor(event_type=EventType.SQS)
events_processor = SqsFifoPartialProcessor()
token: Json = {"value": "", "until": 0.0}


def call(path: str, body: Json) -> Json:
    """One call with a token that is kept until it ends."""
    if time.time() >= token["until"]:
        secret = json.loads(secrets.get_secret_value(SecretId=os.environ["CARROT_CREDENTIALS_ARN"])["SecretString"])
        form = {"grant_type": "client_credentials", "scope": os.environ["CARROT_SCOPE"]}
        answer = http.post("/oauth2/token", data=form, auth=(secret["clientId"], secret["clientSecret"]))
        content = answer.raise_for_status().json()
        token.update(value=content["access_token"], until=time.time() + content["expires_in"] - 60)
    answer = http.post(path, json=body, headers={"Authorization": f"Bearer {token['value']}"})
    result: Json = answer.raise_for_status().json()
    return result


@idempotent_function(data_keyword_argument="message", config=documents_config, persistence_store=documents_store)  # type: ignore[untyped-decorator]
def create(message: Json) -> Json:
    """Create the document and remember its id."""
    external_id = message["externalId"]
    body = {**message["document"], "externalId": external_id, "deduplicationId": _deduplication_id(external_id)}
    document_id = call("/documents", body)["id"]
    dynamodb.put_item(TableName=MAPPING, Item={"id": {"S": external_id}, "documentId": {"S": document_id}})
    return {"documentId": document_id}


@idempotent_function(data_keyword_argument="message", config=events_config, persistence_store=events_store)  # type: ignore[untyped-decorator]
def append(message: Json) -> Json:
    """Append the event to the document of that external id."""
    key = {"id": {"S": message["documentExternalId"]}}
    document_id = dynamodb.get_item(TableName=MAPPING, Key=key, ConsistentRead=True)["Item"]["documentId"]["S"]
    event = message["events"][0]
    body = {**event, "deduplicationId": _deduplication_id(event["externalId"])}
    return {"eventId": call(f"/documents/{document_id}/events", body)["eventId"]}


def create_record(record: SQSRecord) -> Json:
    """One message of the documents queue."""
    answer: Json = create(message=json.loads(record.body))
    return answer


def append_record(record: SQSRecord) -> Json:
    """One message of the events queue."""
    answer: Json = append(message=json.loads(record.body))
    return answer


def documents_handler(event: Json, context: Any) -> Any:
    """SQS batch in, partial batch response out."""
    documents_config.register_lambda_context(context)
    return process_partial_response(event, create_record, documents_processor, context)


def events_handler(event: Json, context: Any) -> Any:
    """SQS FIFO batch in, partial batch response out."""
    events_config.register_lambda_context(context)
    return process_partial_response(event, append_record, events_processor, context)


def _deduplication_id(external_id: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, external_id))
