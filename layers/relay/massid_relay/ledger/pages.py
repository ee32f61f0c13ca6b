"""Reading a query of DynamoDB to its end, page by page, each page an ordinary call of the client."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def items_of(client: "DynamoDBClient", **query: Any) -> Iterator[dict[str, Any]]:
    """Every item that the query finds. A page is at most 1 MB (docs.aws.amazon.com, amazondynamodb, API_Query)."""
    while True:
        answer: Any = client.query(**query)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
