"""The accreditation profile: what an integrator knows of the participants' accreditations, which no MassID holds.

A JSON file, described in docs/preflight.md. The names of its fields follow the attributes of accreditation documents.
Source: methodology-rules libs/shared/methodologies/bold/types/src/enum.types.ts and the rules that read them.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from massid_relay.core.errors import FieldProblem, InvalidMessage
from massid_relay.preflight.geo import Point
from massid_relay.preflight.times import lenient_datetime, loader_datetime
from massid_relay.preflight.vocabulary import CDM_CODE_OF_SUBTYPE, Baseline, Role


def _full_datetime(value: Any) -> Any:
    moment = loader_datetime(value)
    if moment is None:
        raise ValueError("a full date and time with Z or an offset is needed, e.g. 2026-01-31T00:00:00.000Z")
    return moment


def _date_or_datetime(value: Any) -> Any:
    moment = lenient_datetime(value)
    if moment is None:
        raise ValueError("a date (2026-01-31) or a full date and time is needed")
    return moment


def _whole_year(value: Any) -> Any:
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{4}", str(value)):
        raise ValueError("a year of four digits is needed")
    return int(value)


FullDatetime = Annotated[datetime, BeforeValidator(_full_datetime)]
DateOrDatetime = Annotated[datetime, BeforeValidator(_date_or_datetime)]
Year = Annotated[int, BeforeValidator(_whole_year)]
Text = Annotated[str, StringConstraints(min_length=1)]
Fraction = Annotated[str, StringConstraints(pattern=r"^(0|1|0\.[0-9]+|1\.0+)$")]


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True, hide_input_in_errors=True
    )


class ProfileParticipant(_Part):
    """Who is accredited: the platform's participant id, the tax id, or both."""

    id: Text | None = None
    tax_id: Text | None = None

    @model_validator(mode="after")
    def _somebody(self) -> "ProfileParticipant":
        if not self.id and not self.tax_id:
            raise ValueError("give `id` or `taxId`")
        return self

    def matches(self, identifier: str | None, tax_id: str | None) -> bool | None:
        """By id where both sides have one, else by the letters and digits of the tax id. None: nothing to compare."""
        if self.id and identifier:
            return self.id == identifier
        if self.tax_id and tax_id:
            return _letters_and_digits(self.tax_id) == _letters_and_digits(tax_id)
        return None


@lru_cache(maxsize=4096)
def _letters_and_digits(text: str) -> str:
    return "".join(character for character in text if character.isalnum()).upper()


class ProfileAddress(_Part):
    """The address of the accreditation's `Facility Address` event. Without coordinates the auditor fails the role."""

    street: str = ""
    number: str = ""
    city: str = ""
    country_state: str
    country_code: str
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None

    @property
    def point(self) -> Point | None:
        """Its coordinates, if it has both."""
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)


class EmissionsMetrics(_Part):
    """One `Emissions & Composting Metrics` event. `reference_year` is the year before the MassID's."""

    reference_year: Year
    sorting_factor: Decimal | None = None
    greenhouse_gas_type: str | None = None
    baselines: dict[str, Baseline] | None = None
    exceeding_emission_coefficient: Decimal | None = None

    @model_validator(mode="after")
    def _known_subtypes(self) -> "EmissionsMetrics":
        if any(subtype not in CDM_CODE_OF_SUBTYPE for subtype in self.baselines or {}):
            raise ValueError("every key of `baselines` is a MassID subtype, spelt as the methodology spells it")
        return self


class ApprovedException(_Part):
    """One of the `Approved Exceptions`: an attribute that this recycler's MassIDs needn't carry."""

    event: Text
    attribute_name: Text
    valid_until: DateOrDatetime | None = None
    honoured: bool = True
    """False: it stands in the accreditation, but in a form that the auditor doesn't honour; it hides later ones of its kind."""


class RequiredVerification(_Part):
    """One of the `Required Additional Verifications`."""

    verification_type: str
    layout_ids: list[Text] = []


class CarbonCharacterization(_Part):
    """One `Organic Waste Carbon Characterization` of a generator: a laboratory's figures for one waste code."""

    local_waste_classification_id: Text
    carbon_fraction: Fraction
    moisture_fraction: Fraction
    carbon_analysis_date: DateOrDatetime


class Accreditation(_Part):
    """One accreditation of one participant in one role. `has_result` False: the document has no `Accreditation Result`."""

    role: Role
    participant: ProfileParticipant
    status: str | None = None
    effective_date: FullDatetime | None = None
    expiration_date: FullDatetime | None = None
    has_result: bool = True
    facility_address: ProfileAddress | None = None
    scale_type: str | None = None
    emissions_metrics: list[EmissionsMetrics] = []
    approved_exceptions: list[ApprovedException] = []
    required_additional_verifications: list[RequiredVerification] = []
    carbon_characterizations: list[CarbonCharacterization] = []

    def metrics_for(self, massid_year: int) -> EmissionsMetrics | None:
        """The first metrics of the year before."""
        return next((one for one in self.emissions_metrics if one.reference_year == massid_year - 1), None)

    def waives(self, event: str, attribute: str, now: datetime) -> bool:
        """Is there a valid approved exception? The first one for that event and attribute counts; its last moment is included."""
        found = next(
            (one for one in self.approved_exceptions if one.event == event and one.attribute_name == attribute), None
        )
        return found is not None and found.honoured and (found.valid_until is None or now <= found.valid_until)

    def valid_on(self, now: datetime) -> bool:
        """Approved, begun (today or earlier) and not expired (today or later), by days in UTC."""
        if not self.has_result:
            return self.role is Role.INTEGRATOR
        if self.status != "Approved" or self.effective_date is None:
            return False
        today: date = now.date()
        begun = self.effective_date.date() <= today
        return begun and (self.expiration_date is None or self.expiration_date.date() >= today)


class AccreditationProfile(_Part):
    """The file. `complete` promises that every accreditation the audit will see is listed: then what isn't listed is missing."""

    version: int = 1
    complete: bool = False
    accreditations: list[Accreditation]

    @model_validator(mode="after")
    def _known_version(self) -> "AccreditationProfile":
        if self.version != 1:
            raise ValueError("only version 1 is known")
        return self


def parse_profile(body: Any) -> AccreditationProfile:
    """A profile from decoded JSON. Raises InvalidMessage, which names each wrong field and quotes no value."""
    try:
        return AccreditationProfile.model_validate(body)
    except ValidationError as error:
        problems = [
            FieldProblem(".".join(str(step) for step in detail["loc"]) or "profile", detail["msg"])
            for detail in error.errors(include_url=False, include_input=False)
        ]
        raise InvalidMessage("the accreditation profile is not usable", fields=problems) from None
