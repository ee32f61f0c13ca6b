"""The types that fields of requests are made of. Strict: a number in quotes is no number, a number is no street number."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, PlainValidator, StrictBool, StringConstraints, WithJsonSchema

DATE_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$"
"""ISO 8601 with an offset (docs.carrot.eco, integrations/reference/data-formats; the auditor's loader asks the same)."""

JsonNumber = Decimal | int
Flag = StrictBool
Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=2000, pattern=r"\S")]
"""Not empty and not blank: the auditor's loader loses a whole document over one empty string."""

CountryCode = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{2}$")]
TaxId = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Z]+$")]
"""No punctuation. Letters: a Brazilian CNPJ may hold them since July 2026."""

ZipCode = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]+$")]
DeduplicationId = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=256, pattern=r"\S")]


def moment_of(text: str) -> datetime:
    """The time that a date-time field means."""
    return datetime.fromisoformat(text)


def _real_moment(text: str) -> str:
    try:
        moment_of(text)
    except ValueError:
        raise ValueError("is no date and time that exists") from None
    return text


Moment = Annotated[
    str,
    StringConstraints(strict=True, pattern=DATE_TIME),
    AfterValidator(_real_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": DATE_TIME}),
]


def _number(value: Any) -> JsonNumber:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("Input should be a JSON number")  # noqa: TRY004 pydantic reports ValueError
    return value


def _number_between(lowest: int, highest: int | None) -> tuple[AfterValidator, WithJsonSchema]:
    def check(value: JsonNumber) -> JsonNumber:
        if value < lowest or (highest is not None and value > highest):
            raise ValueError(f"Input should be at least {lowest}" + (f" and at most {highest}" if highest else ""))
        return value

    schema = {"type": "number", "minimum": lowest}
    return AfterValidator(check), WithJsonSchema(schema if highest is None else {**schema, "maximum": highest})


Latitude = Annotated[JsonNumber, PlainValidator(_number), *_number_between(-90, 90)]
Longitude = Annotated[JsonNumber, PlainValidator(_number), *_number_between(-180, 180)]
Mass = Annotated[JsonNumber, PlainValidator(_number), *_number_between(0, None)]
"""`value` feeds currentValue, which the auditor's loader wants at 0 or above."""
