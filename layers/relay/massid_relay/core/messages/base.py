"""What all message models share: strict types, no unknown fields, numbers as decimals, times with an offset."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from massid_relay.core.identity import EXTERNAL_ID_RULE, is_external_id

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_LARGEST_EXPONENT = 30
"""Beyond this a number is no weight, amount or coordinate, and arithmetic on it would never end."""
_DEEPEST = 16


class Message(BaseModel):
    """Base of every model: camelCase on the wire exactly as Carrot spells it, and what is unknown is an error."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=False,
        extra="forbid",
        frozen=True,
        strict=True,
    )


def problem(sentence: str, field: str | None = None) -> PydanticCustomError:
    """An error of our own wording. `field` names a field of the model where the model as a whole is at fault."""
    return PydanticCustomError("relay", sentence, {"field": field} if field else None)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise problem("must be a number")
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise problem("is out of all proportion")
    return number


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise problem("must be an ISO 8601 time with T and an offset, e.g. 2026-03-01T10:00:00.000Z")
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise problem("is no time that exists") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


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


Number = Annotated[Decimal, BeforeValidator(_number)]
"""A JSON number, kept decimal from message to wire. A text or a boolean is none."""

Moment = Annotated[datetime, BeforeValidator(_moment)]
"""A time with offset, in UTC, to the millisecond (docs.carrot.eco, integrations/reference/data-formats)."""

ExternalId = Annotated[str, AfterValidator(_external_id)]
Text = Annotated[str, Field(min_length=1)]
JsonValue = Annotated[Any, AfterValidator(_json_value)]
"""Any JSON of moderate depth and size of numbers."""
