"""The baseline's tables: powertools' own, as its documentation describes it, and the mapping of ids."""

from massid_local.stack import LocalStack

IDEMPOTENCY, MAPPING = NAMES = ("Idempotency", "Mapping")


def create_tables(stack: LocalStack) -> None:
    """Both have the partition key `id`."""
    for name in NAMES:
        stack.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
