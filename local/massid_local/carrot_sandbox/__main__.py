"""`python -m massid_local.carrot_sandbox --port 8700 --set requests_per_second=5 --set batch=missing`."""

import argparse
import json
from collections.abc import Sequence
from typing import Any

import uvicorn
from pydantic import ValidationError

from massid_local.carrot_sandbox.clocks import OffsetClock
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_local.carrot_sandbox.server import configuration
from massid_local.carrot_sandbox.settings import SandboxSettings


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted. Exits with status 2 on a wrong setting."""
    parser = argparse.ArgumentParser(prog="carrot_sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8700)
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting; the value as JSON or as plain text"
    )
    chosen = parser.parse_args(arguments)
    try:
        settings = SandboxSettings.model_validate(dict(_setting(text) for text in chosen.set))
    except (ValueError, ValidationError) as error:
        parser.error(str(error))
    config = configuration(Sandbox(settings, OffsetClock()))
    config.host, config.port = chosen.host, chosen.port
    print(f"Carrot sandbox on http://{chosen.host}:{chosen.port}{settings.path_prefix}", flush=True)
    uvicorn.Server(config).run()


def _setting(text: str) -> tuple[str, Any]:
    name, separator, value = text.partition("=")
    if not separator:
        raise ValueError(f"--set wants NAME=VALUE, not {name!r}")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


if __name__ == "__main__":
    main()
