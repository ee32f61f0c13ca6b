"""One moto for all tests of the workers; each test gets a table, a bucket and queues of its own."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.integration.workers.bench import DOCUMENTS, EVENTS, Bench
from tests.integration.workers.payloads import actor, document_message, event, events_message

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="package")
def aws() -> Iterator[tuple[Any, Any]]:
    """Clients of DynamoDB and S3; making one is slow, so they are made once."""
    with mock_aws():
        session = boto3.Session(region_name="us-east-1")
        yield session.client("dynamodb"), session.client("s3")


@pytest.fixture
def new_bench(aws: tuple[Any, Any]) -> Callable[..., Bench]:
    """Makes a bench; keywords are environment variables that differ from the template's."""

    def make(**settings: str) -> Bench:
        dynamodb, s3 = aws
        name = f"bench-{next(_NUMBERS)}"
        create_table(dynamodb, name)
        s3.create_bucket(Bucket=name)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return Bench(dynamodb, s3, name, **settings)

    return make


@pytest.fixture
def bench(new_bench: Callable[..., Bench]) -> Bench:
    """With the template's own settings."""
    return new_bench()


def create_table(dynamodb: Any, name: str) -> None:
    """The ledger as template.yaml describes it."""
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk", "gpk", "gsk")],
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            {"IndexName": "index", "KeySchema": _keys("gpk", "gsk"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
        ],
    )


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


@pytest.fixture
def standing(bench: Bench) -> Bench:
    """A document with an ACTOR and a weighing on the network, ready to be closed."""
    bench.send(DOCUMENTS, document_message())
    bench.send(EVENTS, events_message(actor(), event("w", 5, value=1)))
    bench.run()
    bench.move(minutes=5)
    return bench
