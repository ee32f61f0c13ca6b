"""The local stack as one object: brings up a template on loopback and takes it down again."""

import json
import os
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from massid_local.carbonext_sandbox import CarbonextSandboxSettings
from massid_local.carrot_sandbox import SandboxSettings
from massid_local.stack import carbonext, run_directory
from massid_local.stack.carrot import Carrot, wants_sandbox
from massid_local.stack.clock import SharedOffset, StackClock
from massid_local.stack.control import Controlled, ControlServer
from massid_local.stack.emulation import Emulator
from massid_local.stack.environment import SERVICES, Clients, replaced_endpoints
from massid_local.stack.functions import Functions, Outcome, Place
from massid_local.stack.makers import MAKERS
from massid_local.stack.pollers import Counters, Poller, QueueCounts
from massid_local.stack.resources import Resources, make_resources
from massid_local.stack.schedules import Schedule
from massid_local.stack.streams import StreamPoller
from massid_local.stack.template import declared_parameters, load_template

_JOIN_SECONDS = 2.0


class FunctionFailedError(RuntimeError):
    """`invoke` met a function error; `error_type` and `document` are the function's own."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"the function failed with {outcome.error_type}")
        self.error_type = outcome.error_type
        self.document = outcome.error


class LocalStack:
    """A context manager: inside it, the template's queues, bucket, table, state machine and functions are alive.

    `parameters` set template parameters, `run_dir` takes logs and `stack.json`, `port` is the AWS endpoint's (0: a free
    one), `secrets` are values of secrets by logical id. A template that talks to Carrot gets the sandbox, with the settings
    `sandbox`, unless its CarrotBaseUrl is set; Carbonext likewise, with `carbonext_sandbox`.
    `polling=False` leaves the event sources and schedules idle.
    """

    clock: StackClock
    client: Clients
    functions: Functions
    control_url: str
    _counters: Counters

    def __init__(
        self,
        template: Path = Path("template.yaml"),
        parameters: Mapping[str, str] | None = None,
        *,
        run_dir: Path = run_directory.DEFAULT,
        port: int = 0,
        stack_name: str = "massid-local",
        secrets: Mapping[str, Mapping[str, str]] | None = None,
        sandbox: SandboxSettings | None = None,
        carbonext_sandbox: CarbonextSandboxSettings | None = None,
        polling: bool = True,
    ) -> None:
        self.run_dir = run_dir.resolve()
        self._template_file = template
        self._parameters = dict(parameters or {})
        self._port = port
        self._stack_name = stack_name
        self._secrets = dict(secrets or {})
        self._sandbox_settings = sandbox or SandboxSettings()
        self._polling = polling
        self._carrot: Carrot | None = None
        self._carbonext_settings = carbonext_sandbox or CarbonextSandboxSettings()
        self._carbonext: carbonext.Carbonext | None = None
        self._undo = ExitStack()
        self._sources: list[Poller | Schedule | StreamPoller] = []

    # ------------------------------------------------------------------------------------------------ while it is up

    @property
    def endpoints(self) -> dict[str, str]:
        """Where each service listens, by boto3's names; `lambda` answers Invoke only."""
        return dict(self.client.endpoints)

    @property
    def outputs(self) -> dict[str, str]:
        """The template's outputs."""
        return self._resources.outputs()

    @property
    def resources(self) -> dict[str, str]:
        """What Ref gives for each resource: a queue's URL, a bucket's, table's or function's name, an ARN."""
        made = self._resources.made
        return {
            logical_id: made[logical_id].ref for logical_id in self._resources.template.resources if logical_id in made
        }

    def resource(self, logical_id: str) -> str:
        """What Ref gives for one resource; KeyError if the template has none of that name."""
        return self._resources.made[logical_id].ref

    def invoke(self, logical_id: str, event: Any) -> Any:
        """Invoke a function as Lambda's Invoke does and return its answer. Raises FunctionFailedError."""
        outcome = self.functions.invoke(logical_id, json.dumps(event).encode())
        if outcome.payload is None:
            raise FunctionFailedError(outcome)
        return json.loads(outcome.payload)

    def kill_worker(self, logical_id: str | None = None, *, busy_only: bool = True) -> int:
        """Crash the workers of a function (None: of all); says how many. What they held comes again in its time."""
        return self.functions.kill(logical_id, busy_only=busy_only)

    @property
    def counters(self) -> dict[str, QueueCounts]:
        """What the pollers saw, by the queue's logical id. Redeliveries are `receives - messages`."""
        return self._counters.snapshot()

    @property
    def carrot(self) -> Carrot:
        """The Carrot sandbox. RuntimeError if the stack was pointed elsewhere."""
        if self._carrot is None:
            raise RuntimeError("this stack runs no Carrot sandbox")
        return self._carrot

    @property
    def carbonext(self) -> carbonext.Carbonext:
        """The Carbonext sandbox. RuntimeError if the stack was pointed elsewhere."""
        if self._carbonext is None:
            raise RuntimeError("this stack runs no Carbonext sandbox")
        return self._carbonext

    def log_file(self, logical_id: str) -> Path:
        """A function's log."""
        return self._place.log_file(logical_id)

    def describe(self) -> dict[str, Any]:
        """What `stack.json` holds."""
        return {
            "pid": os.getpid(),
            "emulatorPid": self._emulator.pid,
            "stackName": self._stack_name,
            "template": str(self._template_file.resolve()),
            "controlUrl": self.control_url,
            "carrotUrl": self._carrot.url if self._carrot else None,
            "carbonextUrl": self._carbonext.url if self._carbonext else None,
            "endpoints": self.endpoints,
            "outputs": self.outputs,
            "resources": self.resources,
            "types": {name: self._resources.template.resources[name]["Type"] for name in self.resources},
        }

    # ------------------------------------------------------------------------------------------------ up and down

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self._start(undo)
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()

    def _start(self, undo: ExitStack) -> None:
        """What starts is told to `undo` at once, so that a failure halfway leaves nothing behind."""
        undo.enter_context(run_directory.claimed(self.run_dir))
        clock_file = self.run_dir / "clock"
        SharedOffset.create(clock_file)
        offset = SharedOffset(clock_file)
        undo.callback(offset.close)
        self.clock = StackClock(offset)
        undo.callback(lambda: [source.join(_JOIN_SECONDS) for source in self._sources])

        replaced = replaced_endpoints(os.environ)
        self.client = Clients(replaced)
        undo.callback(self.client.close)
        self._emulator = emulator = Emulator(self.run_dir, clock_file, self._port, replaced)
        undo.callback(emulator.stop)
        self.clock.on_move(emulator.wake)
        self._start_sandboxes(undo)
        template = load_template(self._template_file, self._parameters)  # while the emulator comes up

        self.client.endpoints.update({service: emulator.url() for service in SERVICES} | replaced)
        self._resources = Resources.of(template, self._stack_name, self.client)
        make_resources(self._resources, MAKERS)
        self._fill_secrets()
        self._place = Place(self.run_dir, clock_file, self.endpoints)
        self._start_functions(undo)
        run_directory.write_state(self.run_dir, self.describe())

    def _start_sandboxes(self, undo: ExitStack) -> None:
        declared = declared_parameters(self._template_file)
        if wants_sandbox(declared, self._parameters):
            self._carrot = Carrot(self._sandbox_settings, self._parameters, self.clock)
            undo.callback(self._carrot.stop)
            self._parameters = self._carrot.parameters() | self._parameters
            self._secrets = self._carrot.secrets() | self._secrets
        if carbonext.wants_sandbox(declared, self._parameters):
            self._carbonext = carbonext.Carbonext(self._carbonext_settings, self.clock)
            undo.callback(self._carbonext.stop)
            self._parameters = self._carbonext.parameters() | self._parameters
            self._secrets = self._carbonext.secrets() | self._secrets

    def _fill_secrets(self) -> None:
        for logical_id, value in self._secrets.items():
            text = json.dumps(dict(value))
            self.client("secretsmanager").put_secret_value(SecretId=self.resource(logical_id), SecretString=text)

    def _start_functions(self, undo: ExitStack) -> None:
        stopping = threading.Event()
        self._counters = Counters(spec.queue for spec in self._resources.mappings)
        self.functions = Functions(self._resources.functions, self._place, lambda: not stopping.is_set())
        control = ControlServer(Controlled(self.functions, self.clock, self._counters, self.describe))
        self.control_url = self.client.endpoints["lambda"] = control.url
        control.start()
        undo.callback(control.stop)

        def stop() -> None:
            for source in self._sources:
                source.ask_to_stop()
            stopping.set()
            self.functions.stop()

        undo.callback(stop)
        if self._polling:
            self._start_sources()

    def _start_sources(self) -> None:
        sqs = self.client("sqs")
        pollers = [Poller(spec, sqs, self.functions, self.clock, self._counters) for spec in self._resources.mappings]
        schedules = [Schedule(spec, self.functions, self.clock) for spec in self._resources.schedules]
        streams = [StreamPoller(spec, self.client, self.functions, self.clock) for spec in self._resources.streams]
        self._sources = [*pollers, *schedules, *streams]
        for source in self._sources:
            source.start()
