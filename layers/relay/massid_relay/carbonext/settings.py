"""How this client speaks to Carbonext. What no page states is a named setting, its assumption beside it."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

from massid_relay.carbonext.addresses import HOMOLOGATION_TOKEN_URL, HOMOLOGATION_URL, PRODUCTION_URL

Seconds = Annotated[float, Field(gt=0)]


class CarbonextSettings(BaseModel):
    """Stated values have the vendor's page beside them; the others say what is assumed. Times are in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: HttpUrl = HttpUrl(HOMOLOGATION_URL)
    """b2b-api-concepts/orders. Production: https://api-b2b.carbonext.com.br (b2b-api-concepts/applications)."""

    token_url: HttpUrl = HttpUrl(HOMOLOGATION_TOKEN_URL)
    """b2b-api-concepts/authorization. No page gives the one of production: it must be set."""

    scope: str = "roles"
    """b2b-api-concepts/authorization; getting-started/integrating sends none (set it empty)."""

    page_size: int = Field(default=100, ge=1, le=100)
    """The largest that a sample uses; the maximum is not stated."""

    token_renewal_margin: Seconds = 60
    """A token is renewed this long before its `expires_in` ends, or at half its life if that is shorter."""

    token_life_if_unstated: Seconds = 300
    """Assumed only if an answer lacks `expires_in` (the sample shows 36000)."""

    longest_retry_after: Seconds = 300
    """A Retry-After header is honoured up to this; the vendor mentions none."""

    connect_timeout: Seconds = 3
    """For DNS, TCP and TLS; at most a quarter of the call's timeout."""

    call_timeout: Seconds = 20
    """The whole of one call. A lease must outlive it (invariant 1)."""

    token_timeout: Seconds = 10
    """The whole of one token request."""

    @model_validator(mode="after")
    def _token_url_of_the_same_environment(self) -> Self:
        in_production = self.base_url.host == HttpUrl(PRODUCTION_URL).host
        if in_production and self.token_url.host == HttpUrl(HOMOLOGATION_TOKEN_URL).host:
            raise ValueError("no page states production's token URL: ask Carbonext for it and set it")
        return self

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"{str(self.base_url).rstrip('/')}{path}"
