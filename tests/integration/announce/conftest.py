"""One moto for all tests of announce; each test gets a ledger of its own."""

import itertools
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from tests.integration.announce.bench import AnnounceBench

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="package")
def aws() -> Iterator[tuple[Any, Any]]:
    """Clients of DynamoDB and of its streams."""
    with mock_aws():
        session = boto3.Session(region_name="us-east-1")
        one_address = Config(account_id_endpoint_mode="disabled")  # moto serves the old address alone
        yield session.client("dynamodb"), session.client("dynamodbstreams", config=one_address)


@pytest.fixture
def bench(aws: tuple[Any, Any]) -> AnnounceBench:
    dynamodb, streams = aws
    table = f"announced-{next(_NUMBERS)}"
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        KeySchema=keys,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return AnnounceBench(dynamodb, streams, table)
