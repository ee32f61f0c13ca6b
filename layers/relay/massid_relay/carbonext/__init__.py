"""Carbonext's B2B API: the client and its settings."""
