"""The stack that a command is about: the local one that runs from a folder, or a deployed one by its name."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from massid_local.stack import NoStackError, running_stack
from massid_local.stack.environment import Clients
from massid_relay.ledger.dead_letters import DeadLetterIndex
from massid_relay.ledger.documents import DocumentStore
from massid_relay.ledger.orders import OrderStore
from massid_relay.ledger.parties import PartyStore
from massid_relay.ledger.parts import PartStore
from massid_relay.ledger.party_changes import PartyChanges
from massid_relay.ledger.runs import RunStore
from massid_relay.queues import Queues
from massid_relay.work.source import QueueName

from massid_cli.operations.refusals import AwsError, sentence

_QUEUES = {
    QueueName.SUBMISSIONS: "SubmissionsQueue",
    QueueName.DOCUMENTS: "DocumentsQueue",
    QueueName.EVIDENCE: "EvidenceQueue",
    QueueName.EVENTS: "EventsQueue",
    QueueName.ORDERS: "OrdersQueue",
    QueueName.BULK: "BulkQueue",
}


@dataclass(frozen=True, slots=True)
class Target:
    """Clients of the stack's services, and the physical ids of its resources by their names in template.yaml."""

    client: Callable[[str], Any]
    resources: Mapping[str, str]

    @property
    def table(self) -> str:
        """The ledger."""
        return self.resources["Ledger"]

    @property
    def documents(self) -> DocumentStore:
        return DocumentStore(self.client("dynamodb"), self.table)

    @property
    def parts(self) -> PartStore:
        return PartStore(self.client("dynamodb"), self.table)

    @property
    def parties(self) -> PartyStore:
        return PartyStore(self.client("dynamodb"), self.table)

    @property
    def party_changes(self) -> PartyChanges:
        return PartyChanges(self.client("dynamodb"), self.table)

    @property
    def evidence_bucket(self) -> str:
        """Where the files are."""
        return self.resources["EvidenceBucket"]

    @property
    def orders(self) -> OrderStore:
        """For looking and settling; what a provider's list shows is the worker's business."""
        return OrderStore(self.client("dynamodb"), self.table, "")

    @property
    def dead_letters(self) -> DeadLetterIndex:
        return DeadLetterIndex(self.client("dynamodb"), self.table)

    @property
    def runs(self) -> RunStore:
        return RunStore(self.client("dynamodb"), self.table)

    @property
    def queues(self) -> Queues:
        return Queues(self.client("sqs"))

    def queue_url(self, queue: QueueName) -> str:
        """Where messages of that kind are sent."""
        return self.resources[_QUEUES[queue]]

    @property
    def dead_letter_queue_url(self) -> str:
        """Where dead letters rest."""
        return self.resources["DeadLetterQueue"]


def local_target(run_dir: Path) -> Target:
    """The stack that runs from this folder. Raises NoStackError."""
    state = running_stack(run_dir)
    return Target(Clients(state["endpoints"]), state["resources"])


def deployed_target(stack_name: str) -> Target:
    """A stack in the AWS account that the environment's credentials are for. Raises NoStackError."""
    try:
        session = _session()
        resources = _resources(session, stack_name)
    except AwsError as error:
        raise NoStackError(f"the stack {stack_name} can't be reached: {sentence(error)}") from None
    if "Ledger" not in resources:
        raise NoStackError(f"the stack {stack_name} is not one of massid-relay: it has no ledger")
    return Target(session.client, resources)


def _session() -> Any:
    """boto3 itself reads AWS_DEFAULT_REGION alone; other tools of AWS read AWS_REGION."""
    import boto3

    return boto3.Session(region_name=os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION") or None)


def _resources(session: Any, stack_name: str) -> dict[str, str]:
    pages = session.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack_name)
    summaries = [item for page in pages for item in page["StackResourceSummaries"]]
    resources = {item["LogicalResourceId"]: item["PhysicalResourceId"] for item in summaries}
    return resources | _given_secrets(session, stack_name)


def _given_secrets(session: Any, stack_name: str) -> dict[str, str]:
    """Secrets that were made elsewhere and named in a parameter stand for the ones that the stack would have made."""
    (stack,) = session.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    given = {item["ParameterKey"]: item["ParameterValue"] for item in stack.get("Parameters", [])}
    return {
        name: given[f"{name}Arn"] for name in ("CarrotCredentials", "CarbonextCredentials") if given.get(f"{name}Arn")
    }
