"""What a function reads from its environment: one typed model, validated once per container.

Every variable stands in `template.yaml` (invariant 8); a test compares the two lists. A missing or wrong variable is an
error that names it, at the first use and not at import (invariant 9).
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from massid_relay.carbonext.addresses import HOMOLOGATION_TOKEN_URL, HOMOLOGATION_URL
from massid_relay.core.migration import OldForms
from massid_relay.core.orders.policy import OrderPolicy, Settle, SettlePolicy, Spelling, TaxIdPolicy


class SettingsError(RuntimeError):
    """The environment lacks a variable or holds a value that can't be read; the message names the variables."""


class Settings(BaseModel):
    """All settings of all functions; a function that lacks a variable for something it never does leaves it empty."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    relay_environment: Literal["test", "production"]
    """Part of every deduplication id: test and production never share one."""

    ledger_table: str
    evidence_bucket: str = ""
    submissions_queue_url: str = ""
    documents_queue_url: str = ""
    evidence_queue_url: str = ""
    events_queue_url: str = ""
    orders_queue_url: str = ""
    bulk_queue_url: str = ""
    dead_letter_queue_url: str = ""
    unannounced_queue_url: str = ""
    lifecycle_arn: str = ""
    carrot_credentials_arn: str = ""
    carbonext_credentials_arn: str = ""

    carrot_base_url: HttpUrl
    carrot_token_url: HttpUrl
    carrot_path_prefix: str = ""
    carrot_scope: str
    carrot_requests_per_second: Decimal = Field(gt=0)
    pacing_share: Decimal = Field(gt=0, le=1)
    pacing_burst: int = Field(ge=1)
    carrot_batch_mode: Literal["batch", "one-by-one"]
    carrot_batch_document_field: str
    carrot_deduplication_memory_hours: Decimal = Field(gt=0)
    carrot_call_timeout_seconds: Decimal = Field(gt=0)
    carrot_upload_timeout_seconds: Decimal = Field(gt=0)
    sensitive_flag_name: Literal["sensitive", "sensible"]

    preflight_policy: Literal["refuse", "warn", "off"]
    accreditation_profile_key: str = ""
    old_message_forms: OldForms
    changed_party_policy: Literal["report", "refuse"]

    bulk_backlog: int = Field(ge=1)

    visibility_delay_seconds: Decimal = Field(ge=0)
    lease_seconds: Decimal = Field(gt=0)
    backoff_base_seconds: Decimal = Field(gt=0)
    backoff_cap_seconds: Decimal = Field(gt=0)
    evidence_patience_days: Decimal = Field(gt=0)
    unasked_evidence_days: Decimal = Field(gt=0)
    event_patience_days: Decimal = Field(gt=0)
    message_patience_days: Decimal = Field(gt=0)
    sweep_after_seconds: Decimal = Field(gt=0)
    payload_retention_days: Decimal = Field(gt=0)

    carbonext_base_url: HttpUrl = HttpUrl(HOMOLOGATION_URL)
    carbonext_token_url: HttpUrl = HttpUrl(HOMOLOGATION_TOKEN_URL)
    carbonext_scope: str = "roles"
    carbonext_requests_per_second: Decimal = Field(default=Decimal(2), gt=0)
    carbonext_call_timeout_seconds: Decimal = Field(default=Decimal(20), gt=0)
    settle_after_seconds: Decimal = Field(default=Decimal(900), gt=0)
    settle_policy: Settle = Settle.LIST
    follow_order_seconds: Decimal = Field(default=Decimal(900), gt=0)
    order_cap_vcus: Decimal = Field(default=Decimal(10), gt=0)
    daily_cap_vcus: Decimal = Field(default=Decimal(100), gt=0)
    order_decimals: int = Field(default=6, ge=0)
    tax_id_policy: TaxIdPolicy = TaxIdPolicy.CHECK_DIGITS
    tax_id_spelling: Spelling = Spelling.PUNCTUATED

    @property
    def lease(self) -> timedelta:
        """How long a worker may hold an operation."""
        return timedelta(seconds=float(self.lease_seconds))

    @property
    def evidence_patience(self) -> timedelta:
        """How long a file may be awaited."""
        return timedelta(days=float(self.evidence_patience_days))

    @property
    def unasked_evidence(self) -> timedelta:
        """How long a file may lie in the bucket without anybody asking for it."""
        return timedelta(days=float(self.unasked_evidence_days))

    @property
    def event_patience(self) -> timedelta:
        """How long an event may wait for what it needs: document, file, an earlier event."""
        return timedelta(days=float(self.event_patience_days))

    @property
    def payload_retention(self) -> timedelta:
        """How long stored payloads of a finished document stay."""
        return timedelta(days=float(self.payload_retention_days))

    @property
    def message_patience(self) -> timedelta:
        """How long a message may be put back on its queue: well below the time for which the queue keeps it."""
        return timedelta(days=float(self.message_patience_days))

    @property
    def visibility_delay(self) -> timedelta:
        """How long something that was just confirmed may stay invisible to reads."""
        return timedelta(seconds=float(self.visibility_delay_seconds))

    @property
    def order_policy(self) -> OrderPolicy:
        """What an order may be."""
        return OrderPolicy(
            cap=self.order_cap_vcus,
            daily_cap=self.daily_cap_vcus,
            decimals=self.order_decimals,
            tax_ids=self.tax_id_policy,
            spelling=self.tax_id_spelling,
        )

    @property
    def settling(self) -> SettlePolicy:
        """How an order of unknown outcome is settled."""
        return SettlePolicy(timedelta(seconds=float(self.settle_after_seconds)), self.settle_policy)

    @property
    def deduplication_memory(self) -> timedelta:
        """How long the platform is assumed to remember a deduplication id (stated nowhere)."""
        return timedelta(hours=float(self.carrot_deduplication_memory_hours))


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings; raises SettingsError that names each variable at fault, never its value."""
    values = {name: environment[name.upper()] for name in Settings.model_fields if name.upper() in environment}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        wrong = sorted({str(problem["loc"][0]).upper() for problem in error.errors()})
        raise SettingsError(f"environment variables missing or unreadable: {', '.join(wrong)}") from None
