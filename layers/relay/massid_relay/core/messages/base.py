"""What all message models share: strict types, no unknown fields, numbers as decimals, times with an offset."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from massid_relay.core.identity import EXTERNAL_ID_PATTERN, EXTERNAL_ID_RULE, is_external_id

WHOLE = "message"
"""The path of a problem with the message as a whole."""
UNNAMED = "(not a field name)"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_LARGEST_EXPONENT = 30
"""Beyond this a number is no weight, amount or coordinate, and arithmetic on it would never end."""
_DEEPEST = 16
_LAST_GENERATION = 99_999
"""So many digits sort in the ledger's key."""


class Message(BaseModel):
    """Base of every model: camelCase on the wire exactly as Carrot spells it, and what is unknown is an error."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=False,
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
        defer_build=True,  # a function builds the models that it uses, when it uses them
    )

    keeps_null: ClassVar[frozenset[str]] = frozenset()
    """Fields for which null says something else than absence."""

    def __repr__(self) -> str:
        """Without values: a model that ends in a log by mistake gives nothing away (invariant 7)."""
        return f"{type(self).__name__}(...)"

    __str__ = __repr__


def problem(sentence: str, field: str | None = None) -> PydanticCustomError:
    """An error of our own wording. `field` names a field of the model where the model as a whole is at fault."""
    return PydanticCustomError("relay", sentence, {"field": field} if field else None)


def no_boolean(value: Any) -> Any:
    """To Python true is 1; to JSON it is not."""
    if isinstance(value, bool):
        raise problem("must be a number")
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise problem("must be a number")
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise problem("is out of all proportion")
    return number


def _moment(value: Any) -> Any:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise problem("must be an ISO 8601 time with T and an offset, e.g. 2026-03-01T10:00:00.000Z")
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise problem("is no time that exists") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _generation(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _LAST_GENERATION:
        raise problem(f"must be a whole number from 1 to {_LAST_GENERATION}")
    return value


def _external_id(value: str) -> str:
    if not is_external_id(value):
        raise problem(EXTERNAL_ID_RULE)
    return value


def _json_value(value: Any) -> Any:
    _check_json(value, 0)
    return value


def _check_json(value: Any, depth: int) -> None:
    if depth > _DEEPEST:
        raise problem(f"is nested deeper than {_DEEPEST} levels")
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        _number(value)
    elif isinstance(value, dict):
        for item in value.values():
            _check_json(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_json(item, depth + 1)


Number = Annotated[Decimal, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
"""A JSON number, kept decimal from message to wire. A text or a boolean is none."""

Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-01T10:00:00.000Z"]}),
]
"""A time with offset, in UTC, to the millisecond (docs.carrot.eco, integrations/reference/data-formats)."""

ExternalId = Annotated[
    str,
    AfterValidator(_external_id),
    WithJsonSchema({"type": "string", "pattern": f"^{EXTERNAL_ID_PATTERN}$", "description": EXTERNAL_ID_RULE}),
]
"""The integrator's own id of a document, event or order."""

Generation = Annotated[
    int,
    BeforeValidator(_generation),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": _LAST_GENERATION}),
]
"""Which document of one external id is meant: 1, or that of a replacement (core/generations.py)."""

Text = Annotated[str, Field(min_length=1)]
JsonValue = Annotated[Any, AfterValidator(_json_value), WithJsonSchema({})]
"""Any JSON of moderate depth and size of numbers."""
