"""Every switch of the sandbox. What Carbonext's pages leave open is a switch, its assumption beside it."""

from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from massid_local.carrot_sandbox.fault_kinds import FAULT_KINDS

TOKEN_PATH = "/auth/realms/co2free/protocol/openid-connect/token"  # noqa: S105 - a path
DAY = 24 * 3600


class Account(BaseModel):
    """The customer behind the only credential pair. Client ids begin with `cbx_b2b_` (b2b-api-concepts/applications)."""

    model_config = ConfigDict(frozen=True)

    client_id: str = "cbx_b2b_sandbox"
    client_secret: str = Field(default="sandbox-secret", repr=False)
    name: str = "Sandbox Integrator"
    email: str = "orders@integrator.example"
    tax_id: str = "11.444.777/0001-61"
    model: Literal["prepaid", "postpaid"] = "prepaid"
    credits: dict[str, Decimal] = {"BRL": Decimal(100), "USD": Decimal(100)}
    """VCUs bought before, by currency."""


class CarbonextSandboxSettings(BaseModel):
    """All settings. Durations are seconds of the sandbox's clock unless they say "real"; amounts are VCUs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Fixed once the sandbox runs.
    account: Account = Account()
    post_status: Literal[200, 201] = 200
    seed: int | None = None

    token_seconds: float = Field(default=36000, gt=0)
    prices: dict[str, Decimal] = {"BRL": Decimal("110.00"), "USD": Decimal("21.50")}
    insufficient_balance: Literal["refuse", "issue"] = "refuse"
    """Not stated: an order beyond the balance is refused (422), or made and left Issued."""

    least_order: Decimal = Field(default=Decimal("0.000001"), gt=0)

    # How orders move on
    billed_after_seconds: float | None = 30 * DAY
    """Postpaid: when an Issued order is billed. None: never."""
    paid_after_seconds: float | None = 35 * DAY
    """When an unpaid order's invoice is paid. None: never."""
    certificate_seconds: float = 300
    """After payment; "in a few moments"."""
    cancel_seconds: float = 10 * DAY
    """"Up to 10 days after the purchase"."""

    # What the list shows
    visible_after_seconds: float = Field(default=0, ge=0)
    visible_spread_seconds: float = Field(default=0, ge=0)
    """An order shows up between `visible_after` and that plus the spread, by seeded chance."""
    echo: Literal["always", "create-only", "never"] = "always"
    """Whether metaData comes back. The samples show null, older pages the text."""
    timestamps: Literal["zoneless", "zoned", "old"] = "zoneless"
    """Those of the list; the create call always answers with a zone."""
    largest_page: int = Field(default=100, ge=1)

    # Faults
    latency_ms: float = Field(default=0, ge=0)
    fault_rate: float = Field(default=0, ge=0, le=1)
    fault_weights: dict[str, float] = Field(default_factory=dict)
    each_fault_first: bool = False
    hold_seconds: float = Field(default=60, gt=0)
    """Real seconds for which an answer is withheld."""
    slow_seconds: float = Field(default=1, ge=0)

    @field_validator("fault_weights")
    @classmethod
    def _known_kinds(cls, weights: dict[str, float]) -> dict[str, float]:
        unknown = sorted(set(weights) - set(FAULT_KINDS))
        if unknown:
            raise ValueError(f"unknown kinds of fault: {', '.join(unknown)}")
        return weights

    def changed(self, changes: dict[str, object]) -> Self:
        """These settings with some changed. Raises ValueError on unknown, wrong and fixed ones."""
        fixed = sorted({"account", "post_status", "seed"} & set(changes))
        if fixed:
            raise ValueError(f"fixed while the sandbox runs: {', '.join(fixed)}")
        return type(self).model_validate(self.model_dump() | changes)
