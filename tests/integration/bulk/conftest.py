"""One moto for all tests of bulk files; each test gets a table, a bucket and queues of its own."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb import responses

from tests.integration.bulk.bench import BulkBench
from tests.integration.workers.conftest import create_table

_NUMBERS = itertools.count(1)
_MOST_WRITES = 100
"""In one transaction (docs.aws.amazon.com/amazondynamodb, "TransactWriteItems"); moto stops at 25."""


@pytest.fixture(scope="package")
def aws() -> Iterator[tuple[Any, Any]]:
    """Clients of DynamoDB and S3; making one is slow, so they are made once."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(responses, "TRANSACTION_MAX_ITEMS", _MOST_WRITES)
        session = boto3.Session(region_name="us-east-1")
        yield session.client("dynamodb"), session.client("s3")


@pytest.fixture
def new_bench(aws: tuple[Any, Any]) -> Callable[..., BulkBench]:
    """Makes a bench; keywords are environment variables that differ from the template's."""

    def make(**settings: str) -> BulkBench:
        dynamodb, s3 = aws
        name = f"bulk-bench-{next(_NUMBERS)}"
        create_table(dynamodb, name)
        s3.create_bucket(Bucket=name)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return BulkBench(dynamodb, s3, name, **settings)

    return make


@pytest.fixture
def bench(new_bench: Callable[..., BulkBench]) -> BulkBench:
    """Room for everything at once."""
    return new_bench(BULK_BACKLOG="100000")
