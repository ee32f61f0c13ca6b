"""Placing orders at most once at a provider without an idempotency key: rules, record, and what a look at the list proves."""
