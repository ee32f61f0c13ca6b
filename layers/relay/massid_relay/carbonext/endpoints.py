"""The endpoints that a bridge needs (api-docs.carbonext.com.br, b2b-api-concepts/orders, /balance; prices: its repository)."""

from massid_relay.carrot.endpoints import Endpoint

PLACE_ORDER = Endpoint("POST", "/v1/orders")
LIST_ORDERS = Endpoint("GET", "/v1/orders")
CANCEL_ORDER = Endpoint("POST", "/v1/orders/{orderId}/cancel")
CANCEL_ORDERS = Endpoint("POST", "/v1/orders/cancel")
PRICE = Endpoint("GET", "/v1/prices")
BALANCE = Endpoint("GET", "/v1/customers/balance")
