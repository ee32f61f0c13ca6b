"""How moto is changed: one of its functions or classes gives way to ours."""

from collections.abc import Callable
from typing import Any


def wrap(owner: Any, name: str, wrapper: Callable[[Any], Any]) -> None:
    """Put `wrapper` of what `owner` has by that name in its place."""
    setattr(owner, name, wrapper(getattr(owner, name)))
