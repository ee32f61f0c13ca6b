"""The local stack: template.yaml, brought to life on one machine without Docker, an AWS account or a network.

The names below are loaded when they are first used: the stack's child processes are part of this package too, and each
starts the faster the less it imports.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from massid_local.stack.local_stack import FunctionFailedError, LocalStack
    from massid_local.stack.run_directory import NoStackError, StackRunningError, running_stack
    from massid_local.stack.template import TemplateError

__all__ = ["FunctionFailedError", "LocalStack", "NoStackError", "StackRunningError", "TemplateError", "running_stack"]

_HOMES = {
    "FunctionFailedError": "local_stack",
    "LocalStack": "local_stack",
    "NoStackError": "run_directory",
    "StackRunningError": "run_directory",
    "TemplateError": "template",
    "running_stack": "run_directory",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
