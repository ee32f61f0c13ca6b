"""The Carbonext sandbox keeps the rules of the pages and counts money."""

from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import httpx
import pytest
from massid_local.carbonext_sandbox.sandbox import CarbonextSandbox
from massid_local.carbonext_sandbox.server import CarbonextServer
from massid_local.carbonext_sandbox.settings import DAY, TOKEN_PATH, Account, CarbonextSandboxSettings
from massid_relay.core.jsons import dumps, loads

PAIR = {"client_id": "cbx_b2b_sandbox", "client_secret": "sandbox-secret", "grant_type": "client_credentials"}


class Api:
    """The sandbox over HTTP, and its state."""

    def __init__(self, http: httpx.Client, state: CarbonextSandbox) -> None:
        self.http = http
        self.state = state
        token = http.post(TOKEN_PATH, data=PAIR).json()["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **params: Any) -> Any:
        names = {"page_size": "page-size", "sort_by": "sort-by", "filter_by": "filter-by"}
        query = {names.get(name, name): value for name, value in params.items()}
        return loads(self.http.get(path, params=query, headers=self.headers).content)

    def post(self, path: str, body: Any = None) -> tuple[int, Any]:
        content = dumps(body) if body is not None else None
        answer = self.http.post(path, content=content, headers=self.headers)
        return answer.status_code, loads(answer.content)

    def order(self, amount: str = "0.02", **fields: Any) -> Any:
        whole = {"vcuAmount": Decimal(amount), "targetCurrency": "BRL", "payWithBalance": True} | fields
        return self.post("/v1/orders", whole)[1]

    def balance(self) -> Any:
        shown = self.get("/v1/customers/balance")["balancesByCurrency"]
        return next(item["vcuBalance"] for item in shown if item["currency"] == "BRL")


@pytest.fixture
def make_api() -> Iterator[Any]:
    with ExitStack() as opened:

        def make(**settings: Any) -> Api:
            server = CarbonextServer(CarbonextSandboxSettings(**settings))
            opened.callback(server.stop)
            http = opened.enter_context(httpx.Client(base_url=server.start()))
            return Api(http, server.sandbox)

        yield make


@pytest.fixture
def api(make_api: Any) -> Api:
    made: Api = make_api()
    return made


def test_two_posts_are_two_orders(api: Api) -> None:
    """There is no idempotency: the very same body is ordered twice."""
    first, second = api.order(metaData="same"), api.order(metaData="same")
    assert first["id"] != second["id"]
    assert api.balance()["balance"] == Decimal("99.96")


def test_a_prepaid_order_is_paid_from_the_balance_at_once(api: Api) -> None:
    order = api.order("1.5")
    assert (order["status"], order["type"], order["totalPrice"]) == ("Paid", "Subscription", Decimal(165))
    assert api.balance() == {
        "type": "VCU",
        "balance": Decimal("98.5"),
        "credit": 100,
        "debt": Decimal("1.5"),
        "futureDebt": 0,
    }


def test_an_order_beyond_the_balance_is_refused_or_left_issued(make_api: Any) -> None:
    assert make_api().post("/v1/orders", {"vcuAmount": 101, "targetCurrency": "BRL", "payWithBalance": True})[0] == 422
    assert make_api(insufficient_balance="issue").order("101")["status"] == "Issued"


def test_a_postpaid_order_is_billed_and_then_paid_as_time_passes(make_api: Any) -> None:
    api = make_api(account=Account(model="postpaid"))
    order = api.order()
    assert (order["status"], order["type"]) == ("Issued", "Postpaid")
    assert api.balance()["futureDebt"] == Decimal("0.02")
    seen = []
    for _ in range(3):
        seen.append(api.get("/v1/orders")["items"][0]["status"])
        api.state.advance(17.5 * DAY)
        api.headers = Api(api.http, api.state).headers
    assert seen == ["Issued", "Issued", "Paid"]
    assert api.balance()["balance"] == 100


def test_an_issued_order_can_be_cancelled_for_ten_days(api: Api) -> None:
    early, late = api.order(payWithBalance=False), api.order(payWithBalance=False)
    status, answer = api.post(f"/v1/orders/{early['id']}/cancel")
    assert (status, answer["status"]) == (200, "Cancelled")
    assert api.post(f"/v1/orders/{early['id']}/cancel")[0] == 422
    api.state.advance(10 * DAY)
    api.headers = Api(api.http, api.state).headers
    assert api.post(f"/v1/orders/{late['id']}/cancel")[0] == 422
    assert api.post(f"/v1/orders/{'0' * 8}/cancel")[0] == 404


def test_cancelling_many_is_true_only_if_all_were_cancelled(api: Api) -> None:
    issued, paid = api.order(payWithBalance=False), api.order()
    assert api.post("/v1/orders/cancel", {"ordersIds": [issued["id"], paid["id"]]}) == (200, False)
    assert {order.status for order in api.state.orders.values()} == {"Cancelled", "Paid"}
    other = api.order(payWithBalance=False)
    assert api.post("/v1/orders/cancel", {"ordersIds": [other["id"]]}) == (200, True)


def test_the_list_has_pages_sorts_and_filters(api: Api) -> None:
    for amount in ("1", "2", "3", "4", "5"):
        api.order(amount, payWithBalance=amount != "5")
        api.state.advance(60)
    first = api.get("/v1/orders", page=1, page_size=2)
    assert [item["vcuAmount"] for item in first["items"]] == [5, 4], "newest first"
    assert (first["totalPages"], first["totalCount"], first["hasNextPage"]) == (3, 5, True)
    last = api.get("/v1/orders", page=3, page_size=2, sort_by="vcuAmount_asc")
    assert ([item["vcuAmount"] for item in last["items"]], last["hasNextPage"]) == ([5], False)
    found = api.get("/v1/orders", filter_by="vcuAmount_ge:2~status_in:paid-PENDING~vcuAmount_lt:4")
    assert sorted(item["vcuAmount"] for item in found["items"]) == [2, 3]


@pytest.mark.parametrize(
    "query", [{"filter-by": "metaData_eq:x"}, {"filter-by": "id_eq:x"}, {"sort-by": "id_asc"}, {"page": "0"}]
)
def test_there_is_no_filter_by_id_or_meta_data(api: Api, query: dict[str, str]) -> None:
    assert api.http.get("/v1/orders", params=query, headers=api.headers).status_code == 400


def test_a_day_filter_counts_days(api: Api) -> None:
    api.order()
    today = api.state.now().date().isoformat()
    for operation, count in [("ge", 1), ("le", 1), ("eq", 1), ("gt", 0), ("lt", 0)]:
        assert api.get("/v1/orders", filter_by=f"createdAt_{operation}:{today}")["totalCount"] == count


def test_a_new_order_may_show_up_late(make_api: Any) -> None:
    api = make_api(visible_after_seconds=30)
    api.order()
    assert api.get("/v1/orders")["totalCount"] == 0
    assert api.balance()["balance"] == Decimal("99.98"), "it is money all the same"
    api.state.advance(31)
    assert api.get("/v1/orders")["totalCount"] == 1


@pytest.mark.parametrize(
    ("echo", "created", "listed"), [("always", "x", "x"), ("create-only", "x", None), ("never", None, None)]
)
def test_meta_data_is_echoed_as_the_switch_says(
    make_api: Any, echo: str, created: str | None, listed: str | None
) -> None:
    api = make_api(echo=echo)
    assert api.order(metaData="x")["metaData"] == created
    assert api.get("/v1/orders")["items"][0]["metaData"] == listed


@pytest.mark.parametrize(
    ("shape", "length", "ends"), [("zoneless", 26, False), ("zoned", 27, True), ("old", 19, False)]
)
def test_times_come_in_three_shapes(make_api: Any, shape: str, length: int, ends: bool) -> None:
    api = make_api(timestamps=shape)
    assert api.order()["createdAt"].endswith("Z")
    listed = api.get("/v1/orders")["items"][0]["createdAt"]
    assert (len(listed), listed.endswith("Z")) == (length, ends)


@pytest.mark.parametrize(
    "wrong",
    [
        {"vcuAmount": 0},
        {"vcuAmount": "0.02"},
        {"targetCurrency": "EUR"},
        {"metaData": "x" * 501},
        {"certificateRecipientInfo": {}},
        {"certificateRecipientInfo": {"name": "A", "email": "a@b.br"}},
        {"certificateRecipientInfo": {"name": "A", "email": "a@b.br", "taxId": "1", "retirementName": "B"}},
    ],
)
def test_what_breaks_a_stated_rule_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    body = {"vcuAmount": Decimal("0.02"), "targetCurrency": "BRL", "payWithBalance": True} | wrong
    assert api.post("/v1/orders", body)[0] == 400
    assert not api.state.orders


def test_a_paid_order_brings_a_certificate_and_whole_vcus_a_retirement(api: Api) -> None:
    for _ in range(3):
        api.order("0.7")
    money = api.get("/__sandbox__/money")
    assert money["retirements"] == {"11444777000161": {"waiting": Decimal("0.1"), "retirements": [1, 1]}}
    assert money["certificates"] == []
    api.state.advance(301)
    assert len(api.get("/__sandbox__/money")["certificates"]) == 3


def test_credentials_come_in_the_form_body(api: Api) -> None:
    assert api.http.post(TOKEN_PATH, data=PAIR | {"client_secret": "wrong"}).status_code == 401
    assert api.http.post(TOKEN_PATH, data=PAIR | {"grant_type": "password"}).status_code == 400
    assert api.http.get("/v1/orders").status_code == 401
    api.http.post("/__sandbox__/tokens/revoke")
    assert api.http.get("/v1/orders", headers=api.headers).status_code == 401


def test_a_fault_after_the_effect_takes_the_money_and_tells_an_error(api: Api) -> None:
    api.http.post("/__sandbox__/faults", json={"kind": "500-json-after", "method": "POST", "path": "/v1/orders"})
    status, _ = api.post("/v1/orders", {"vcuAmount": 1, "targetCurrency": "BRL", "payWithBalance": True})
    assert status == 500
    assert api.get("/__sandbox__/money")["spent"]["BRL"] == {"vcus": 1, "money": 110}


def test_settings_change_while_it_runs_and_the_account_does_not(api: Api) -> None:
    assert api.http.put("/__sandbox__/settings", json={"echo": "never"}).status_code == 200
    assert api.state.settings.echo == "never"
    assert api.http.put("/__sandbox__/settings", json={"account": {}}).status_code == 400
    assert api.http.put("/__sandbox__/settings", json={"unknown": 1}).status_code == 400
    assert "sandbox-secret" not in api.http.get("/__sandbox__/settings").text


def test_reset_and_clock_and_status_are_at_a_tests_command(api: Api) -> None:
    order = api.order()
    assert api.http.put(f"/__sandbox__/orders/{order['id']}/status", json={"status": "Refunded"}).status_code == 204
    assert api.balance()["balance"] == 100
    before = api.state.now()
    api.http.post("/__sandbox__/clock", json={"seconds": 60})
    assert (api.state.now() - before).total_seconds() >= 60
    assert api.http.post("/__sandbox__/reset").status_code == 204
    assert not api.state.orders
