"""The sandbox's own account of money: what was ordered under which key, whatever the answers said."""

from collections import Counter
from typing import Any

from massid_relay.core.orders.meta_data import keys_in

from massid_local.carbonext_sandbox.sandbox import CarbonextSandbox


def money(sandbox: CarbonextSandbox) -> dict[str, Any]:
    """Amounts of the orders that stand. `doubled`: keys under which more than one stands; it should be empty."""
    standing = [order for order in sandbox.orders.values() if order.stands]
    keys = Counter(key for order in standing for key in keys_in(order.meta_data))
    return {
        "spent": sandbox.spent(),
        "balance": {currency: sandbox.balance(currency) for currency in sandbox.settings.account.credits},
        "orders": len(sandbox.orders),
        "standing": len(standing),
        "keys": dict(keys),
        "doubled": sorted(key for key, count in keys.items() if count > 1),
        "retirements": sandbox.retirements.shown(),
        "certificates": sandbox.certificates(),
    }
