"""Shortcuts through moto: what it does anew for each request, and what takes longer the more a table holds.

With them the thousandth MassID costs what the first one does, and the machine's processors are left to the workers.
"""

import copy
from collections.abc import Callable, Iterable
from functools import cache, wraps
from inspect import signature
from typing import Any

import moto.dynamodb.models as dynamodb_models
from moto import backends
from moto.dynamodb.models.table import Table
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

from massid_local.stack.emulator.patches import wrap


def install() -> None:
    """Change moto."""
    wrap(dynamodb_models.DynamoDBBackend, "transact_write_items", _noting_keys)
    wrap(dynamodb_models, "copy", lambda _: _Copies)
    wrap(Table, "query", _narrowed)
    wrap(backends, "list_of_moto_modules", _listed_once)
    wrap(DomainDispatcherApplication, "get_backend_for_host", cache)
    wrap(AmazonStateLanguageParser, "parse", lambda parse: staticmethod(_parsed_once(parse)))


_touched: set[str] = set()
"""The values in the keys of the transaction under way; requests come one at a time (repairs.py)."""


def _noting_keys(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def noting(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        _touched.clear()
        for entry in transact_items:
            for operation in entry.values():
                _touched.update(_values(operation.get("Key") or operation.get("Item") or {}))
        method(backend, transact_items)

    return noting


def _values(attributes: dict[str, dict[str, Any]]) -> set[str]:
    return {str(value) for attribute in attributes.values() for value in attribute.values()}


class _Copies:
    """Stands for the module `copy`: before a transaction moto copies the whole table, of which only the touched
    items can change."""

    copy = staticmethod(copy.copy)

    @staticmethod
    def deepcopy(value: Any, memo: Any = None) -> Any:
        return _snapshot(value) if isinstance(value, Table) else copy.deepcopy(value, memo)


def _snapshot(table: Table) -> Table:
    saved = copy.copy(table)
    saved.items = table.items.copy()
    for partition, items in table.items.items():
        saved.items[partition] = copy.deepcopy(items) if partition.value in _touched else items
    return saved


def _listed_once(modules: Callable[[], Iterable[str]]) -> Callable[[], Iterable[str]]:
    """moto reads its own folder for each request, and everybody waits meanwhile."""
    names = tuple(modules())
    return lambda: names


def _narrowed(query: Callable[..., Any]) -> Callable[..., Any]:
    """moto looks through all items, sorted; those of one partition are enough, and an index is sorted once more anyway."""

    place_of = signature(query)

    @wraps(query)
    def narrowed(table: Table, *arguments: Any, **named: Any) -> Any:
        told = place_of.bind(table, *arguments, **named).arguments
        view: Any = copy.copy(table)
        if told.get("index_name"):
            view.all_items = lambda: [item for items in table.items.values() for item in items.values()]
        else:
            view.items = {key: table.items[key] for key in (told["hash_key"],) if key in table.items}
        return query(view, *arguments, **named)

    return narrowed


def _parsed_once(parse: Callable[[str], tuple[Any, Any]]) -> Callable[[str], tuple[Any, Any]]:
    """Each execution parses its state machine anew, which takes longer than all its states. Only what is evaluated has a
    state of its own, and is made anew."""

    @cache
    def tree_of(definition: str) -> Any:
        return parse(definition)[1]

    def parsed(definition: str) -> tuple[Any, Any]:
        tree = tree_of(definition)
        return Preprocessor().visit(tree), tree

    return parsed
