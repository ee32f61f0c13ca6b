"""Every switch of the sandbox. What Carrot's pages leave open is a switch; docs/sandbox.md names the assumption of each."""

from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from massid_local.carrot_sandbox.fault_kinds import FAULT_KINDS

DataSet = Literal["PROD", "PROD_SIMULATION", "TEST"]


class IntegratorCompany(BaseModel):
    """The company behind a credential pair. The platform's own ACTOR event and every `author` name it."""

    model_config = ConfigDict(frozen=True)

    name: str = "Sandbox Integrator"
    tax_id: str = "11444777000161"
    city: str = "São Paulo"
    country_state: str = "SP"


class Credential(BaseModel):
    """One integrator. `restricted` answers every call 403 restrictedResource, as a token without rights would be."""

    model_config = ConfigDict(frozen=True)

    client_id: str = "sandbox-client"
    client_secret: str = Field(default="sandbox-secret", repr=False)
    data_set: DataSet = "TEST"
    restricted: bool = False
    company: IntegratorCompany = IntegratorCompany()


class SandboxSettings(BaseModel):
    """All settings. Durations are seconds of the sandbox's clock unless they say "real"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Who may call, and where. Fixed once the sandbox runs.
    credentials: tuple[Credential, ...] = (Credential(),)
    scope: str = "api.carrot.eco/main-scope"
    path_prefix: str = ""
    post_status: Literal[200, 201, 202] = 201
    batch_document_field: str = "documentId"
    upload_url_field: str = "url"
    download_url_field: str = "url"
    seed: int | None = None

    token_seconds: float = Field(default=3600, gt=0)

    # Documents and events
    unknown_fields: Literal["reject", "drop"] = "reject"
    measurement_unit_required: bool = False
    event_parties_required: bool = False
    repeated_inline_participant: Literal["same", "new"] = "same"
    repeated_inline_address: Literal["same", "new"] = "same"
    unknown_reference_status: Literal[400, 404] = 404
    related_must_exist: bool = True
    order_enforced: bool = True
    future_refused: bool = False
    value_semantics: Literal["set", "add"] = "set"
    times: Literal["normalised", "as-sent"] = "normalised"
    system_event: bool = True
    system_event_counts: bool = True
    events_per_document: int = Field(default=100, ge=1)
    ids_in_answers: bool = False
    processing_seconds: float = Field(default=0, ge=0)
    document_visible_after_seconds: float = Field(default=0, ge=0)
    event_visible_after_seconds: float = Field(default=0, ge=0)

    # Idempotency
    deduplication_seconds: float | None = Field(default=None, gt=0)
    deduplication_namespace: Literal["shared", "by-kind"] = "shared"
    deduplication_in_batch: Literal["honoured", "ignored"] = "honoured"
    running_conflict: bool = True
    batch: Literal["atomic", "not-atomic", "missing"] = "atomic"

    # Attachments
    file_bytes: int = Field(default=10_000_000, ge=1)
    attachment_check: Literal["uploaded", "declared", "none"] = "uploaded"
    reupload: Literal["overwrite", "refuse"] = "overwrite"
    upload_url_seconds: float = Field(default=900, gt=0)
    keep_files: bool = True

    # Limits and speed
    requests_per_second: Decimal | None = Field(default=Decimal(10), gt=0)
    limiter: Literal["token-bucket", "sliding-second"] = "token-bucket"
    burst: int | None = Field(default=None, ge=1)
    reads_count: bool = True
    retry_after_header: int | None = Field(default=None, ge=1)
    body_bytes: int = Field(default=6_000_000, ge=1)
    latency_ms: float = Field(default=0, ge=0)

    # Faults
    fault_rate: float = Field(default=0, ge=0, le=1)
    fault_weights: dict[str, float] = Field(default_factory=dict)
    each_fault_first: bool = False
    hold_seconds: float = Field(default=60, gt=0)
    slow_seconds: float = Field(default=1, ge=0)

    @field_validator("path_prefix")
    @classmethod
    def _leading_slash(cls, prefix: str) -> str:
        return f"/{prefix.strip('/')}" if prefix.strip("/") else ""

    @field_validator("fault_weights")
    @classmethod
    def _known_kinds(cls, weights: dict[str, float]) -> dict[str, float]:
        unknown = sorted(set(weights) - set(FAULT_KINDS))
        if unknown:
            raise ValueError(f"unknown kinds of fault: {', '.join(unknown)}")
        if weights and (min(weights.values()) < 0 or sum(weights.values()) <= 0):
            raise ValueError("weights are not negative, and one is above 0")
        return weights

    @model_validator(mode="after")
    def _distinct_clients(self) -> Self:
        if len({credential.client_id for credential in self.credentials}) < len(self.credentials):
            raise ValueError("two credentials with one client id")
        return self

    def changed(self, changes: dict[str, object]) -> Self:
        """These settings with some changed. Raises ValueError on unknown, wrong and fixed ones."""
        fixed = sorted(FIXED & set(changes))
        if fixed:
            raise ValueError(f"fixed while the sandbox runs: {', '.join(fixed)}")
        return type(self).model_validate(self.model_dump() | changes)


FIXED = frozenset(
    {
        "credentials",
        "scope",
        "path_prefix",
        "post_status",
        "batch_document_field",
        "upload_url_field",
        "download_url_field",
        "seed",
    }
)
"""What the routes and the served description are built from."""
