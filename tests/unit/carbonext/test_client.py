"""The client against a scripted provider: what it sends, and what each failure proves about an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qs

import httpx
import pytest
from massid_relay.carbonext.addresses import PRODUCTION_URL
from massid_relay.carbonext.client import CarbonextClient
from massid_relay.carbonext.queries import condition, list_query, one_of
from massid_relay.carbonext.settings import CarbonextSettings
from massid_relay.carrot.auth import ClientCredentials
from massid_relay.carrot.transport import new_http_client
from massid_relay.core.errors import CredentialsRefused, NeverSent, NoSlot, OutcomeUnknown
from pydantic import ValidationError

Reply = httpx.Response | Exception
ORDER = {"vcuAmount": Decimal("0.10"), "targetCurrency": "BRL", "payWithBalance": True}


class Still:
    """A clock that stands."""

    def now(self) -> datetime:
        return datetime(2026, 3, 2, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        """Not at all."""


class Permit:
    """Lets everything pass; `complains` makes it fail after a call was made."""

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.complains = False

    def enter(self, call: str, timeout: float) -> None:
        self.entered.append(call)

    def throttled(self, retry_after: float | None) -> None:
        self._complain()

    def answered(self) -> None:
        self._complain()

    def failed(self) -> None:
        self._complain()

    def _complain(self) -> None:
        if self.complains:
            raise NoSlot("too many workers at the shared timeline")


class Provider:
    """Answers in order; the token endpoint always."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.token_reply: Callable[[], Reply] = lambda: httpx.Response(
            200, json={"access_token": f"token-{len(self.tokens)}", "expires_in": 36000, "token_type": "Bearer"}
        )
        self.tokens: list[httpx.Request] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        if "openid-connect" in request.url.path:
            self.tokens.append(request)
            reply = self.token_reply()
        else:
            self.requests.append(request)
            reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def client(provider: Provider) -> Iterator[CarbonextClient]:
    pair = ClientCredentials("cbx_b2b_1", "s3cret")
    made = CarbonextClient(
        CarbonextSettings(), lambda: pair, Still(), http=new_http_client(httpx.MockTransport(provider))
    )
    yield made
    made.close()


def made(**fields: object) -> httpx.Response:
    return httpx.Response(200, json={"id": "a", "status": "Paid"} | fields)


def test_credentials_go_in_the_form_body_and_nowhere_else(client: CarbonextClient, provider: Provider) -> None:
    """b2b-api-concepts/authorization."""
    provider.replies = [made()]
    client.place_order(ORDER, Permit())
    (request,) = provider.tokens
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["roles"],
        "client_id": ["cbx_b2b_1"],
        "client_secret": ["s3cret"],
    }
    assert "Authorization" not in request.headers
    assert provider.requests[0].headers["Authorization"] == "Bearer token-1"


def test_amounts_are_written_as_the_decimals_they_are(client: CarbonextClient, provider: Provider) -> None:
    provider.replies = [made()]
    client.place_order(ORDER | {"vcuAmount": Decimal("0.1000000000000000055")}, Permit())
    assert b'"vcuAmount":0.1000000000000000055' in provider.requests[0].content


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError("refused"), httpx.ConnectTimeout("late"), httpx.PoolTimeout("busy"), httpx.ProxyError("no")],
)
def test_what_fails_before_sending_proves_that_no_order_was_made(
    client: CarbonextClient, provider: Provider, failure: Exception
) -> None:
    provider.replies = [failure]
    with pytest.raises(NeverSent):
        client.place_order(ORDER, Permit())


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadTimeout("late"),
        httpx.WriteTimeout("late"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("closed"),
        httpx.Response(500),
        httpx.Response(200, text="not JSON"),
        httpx.Response(200, json={"status": "Paid"}),
        httpx.Response(200, json=[]),
        httpx.Response(302, headers={"Location": "https://elsewhere.example"}),
    ],
    ids=lambda failure: str(getattr(failure, "status_code", type(failure).__name__)),
)
def test_what_fails_after_sending_leaves_the_outcome_unknown(
    client: CarbonextClient, provider: Provider, failure: Reply
) -> None:
    """Invariant 4."""
    provider.replies = [failure]
    with pytest.raises(OutcomeUnknown):
        client.place_order(ORDER, Permit())
    assert len(provider.requests) == 1, "never repeated by the client"


@pytest.mark.parametrize("reply", [made(), httpx.ReadTimeout("late")], ids=["answered", "not answered"])
def test_pacing_that_fails_after_the_call_does_not_hide_what_became_of_it(
    client: CarbonextClient, provider: Provider, reply: Reply
) -> None:
    """NoSlot would say that nothing was sent, and the order would be posted again."""
    provider.replies = [reply]
    permit = Permit()
    permit.complains = True
    if isinstance(reply, Exception):
        with pytest.raises(OutcomeUnknown):
            client.place_order(ORDER, permit)
    else:
        assert client.place_order(ORDER, permit).id == "a"


def test_a_token_that_cannot_be_had_means_that_nothing_was_sent(client: CarbonextClient, provider: Provider) -> None:
    provider.token_reply = lambda: httpx.ReadTimeout("late")
    with pytest.raises(NeverSent):
        client.place_order(ORDER, Permit())
    assert not provider.requests


def test_a_401_gets_one_fresh_token_and_no_more(client: CarbonextClient, provider: Provider) -> None:
    provider.replies = [httpx.Response(401), httpx.Response(401), made()]
    with pytest.raises(CredentialsRefused):
        client.place_order(ORDER, Permit())
    assert len(provider.tokens) == len(provider.requests) == 2


def test_the_list_is_asked_for_in_the_vendors_syntax(client: CarbonextClient, provider: Provider) -> None:
    """b2b-api-concepts/allowed-filters."""
    provider.replies = [httpx.Response(200, json={"items": []})]
    filters = [condition("totalVcuAmount", "ge", Decimal(30)), one_of("status", ["Paid", "pending"])]
    client.list_orders(Permit(), page=2, page_size=6, sort_by="createdAt_desc", filters=filters)
    query = dict(provider.requests[0].url.params)
    assert query == {
        "page": "2",
        "page-size": "6",
        "sort-by": "createdAt_desc",
        "filter-by": "totalVcuAmount_ge:30~status_in:Paid-pending",
    }


def test_days_and_amounts_are_written_plainly() -> None:
    assert condition("createdAt", "ge", date(2026, 3, 1)) == "createdAt_ge:2026-03-01"
    assert condition("vcuAmount", "eq", Decimal("1E+2")) == "vcuAmount_eq:100"
    assert "filter-by" not in list_query(1, 100, None, [])


def test_values_that_would_break_the_syntax_are_refused() -> None:
    with pytest.raises(ValueError, match="tilde"):
        condition("status", "eq", "Paid~type_eq:x")
    with pytest.raises(ValueError, match="hyphen"):
        one_of("id", ["4158d5d1-9364"])


def test_a_list_that_is_none_is_no_answer(client: CarbonextClient, provider: Provider) -> None:
    provider.replies = [httpx.Response(200, json={"message": "maintenance"})]
    with pytest.raises(OutcomeUnknown):
        client.list_orders(Permit())


@pytest.mark.parametrize("body", ["{ true }", "true", '{"id":"a","status":"Cancelled"}'])
def test_the_answer_to_cancelling_many_is_not_relied_upon(
    client: CarbonextClient, provider: Provider, body: str
) -> None:
    """Three pages show three answers."""
    provider.replies = [httpx.Response(200, text=body)]
    client.cancel_orders(["a", "b"], Permit())
    assert provider.requests[0].content == b'{"ordersIds":["a","b"]}'


def test_price_and_balance_are_decimals(client: CarbonextClient, provider: Provider) -> None:
    provider.replies = [
        httpx.Response(200, text='{"vcuPrice":137.50,"currency":"BRL"}'),
        httpx.Response(200, text='{"balancesByCurrency":[{"currency":"BRL","vcuBalance":{"balance":15.997878}}]}'),
    ]
    assert client.price(Decimal("0.02"), "BRL", Permit()) == Decimal("137.50")
    (balance,) = client.balance(Permit(), start=date(2026, 1, 1))
    assert balance.balance == Decimal("15.997878")
    assert [str(request.url.query) for request in provider.requests] == [
        "b'vcu-amount=0.02&target-currency=BRL'",
        "b'startDate=2026-01-01'",
    ]


def test_no_secret_shows_in_an_error(client: CarbonextClient, provider: Provider) -> None:
    """Invariant 7."""
    provider.token_reply = lambda: httpx.Response(400, text="bad s3cret")
    with pytest.raises(CredentialsRefused) as refused:
        client.place_order(ORDER, Permit())
    assert "s3cret" not in str(refused.value)
    assert refused.value.__context__ is None


def test_production_needs_a_token_url_of_its_own() -> None:
    """No page gives it."""
    with pytest.raises(ValidationError, match="token URL"):
        CarbonextSettings(base_url=PRODUCTION_URL)
    CarbonextSettings(base_url=PRODUCTION_URL, token_url="https://auth.example/token")
