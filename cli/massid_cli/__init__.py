"""The `massid` command line."""
