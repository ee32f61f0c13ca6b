"""One run from its plan to what the oracles say."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from moto import mock_aws

from tests.faults.findings import Fault, Finding
from tests.faults.inside import warm_up
from tests.faults.mutations import MUTATIONS
from tests.faults.oracle_effects import judge_effects
from tests.faults.oracle_trace import judge_trace
from tests.faults.plan import Plan
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.faults.trace import Trace
from tests.faults.world import Outcome, World


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to."""

    plan: Plan
    outcome: Outcome
    findings: list[Finding] = field(default_factory=list)
    trace: Trace = field(default_factory=Trace, repr=False)


@cache
def dynamodb() -> Any:
    """moto's DynamoDB in this process, made once: everything is imported and warm before a worker is forked."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}
    import boto3

    mock_aws().start()
    warm_up()
    session: Any = boto3.Session()
    return session.client("dynamodb")


def execute(plan: Plan, mutation: str | None = None) -> Run:
    """Run it; with a mutation by its name, the workers are patched by it."""
    scenario = SCENARIOS[plan.scenario]()
    world = World(plan, dynamodb(), MUTATIONS[mutation] if mutation else None)
    outcome = world.run(scenario.deeds, _satisfied(world, scenario))
    findings = judge_effects(scenario.asked, world.platform.effects())
    findings += judge_trace(world.recorder.trace) + _ends(world, scenario)
    return Run(plan, outcome, findings, world.recorder.trace)


def _satisfied(world: World, scenario: Scenario) -> Callable[[], bool]:
    return lambda: not judge_effects(scenario.asked, world.platform.effects()) and not _ends(world, scenario)


def _ends(world: World, scenario: Scenario) -> list[Finding]:
    """Lifecycles have succeeded, and nothing lies dead that should not."""
    findings = []
    executions = world.cloud.machine.executions.values()
    if scenario.lifecycles and not executions:
        findings.append(Finding(Fault.LOST, "no lifecycle was started"))
    for execution in executions:
        if execution.status != scenario.lifecycles:
            findings.append(Finding(Fault.LOST, f"lifecycle {execution.name} is {execution.status}: {execution.state}"))
    letters = {
        message.attributes["deadLetterId"]["StringValue"]: message.attributes["errorType"]["StringValue"]
        for message in world.cloud.queues.resting()
    }
    dead = tuple(sorted(letters.values()))
    if dead != scenario.dead:
        findings.append(Finding(Fault.FALSE_DEATH, f"dead letters: {dead}, expected {scenario.dead}"))
    return findings
