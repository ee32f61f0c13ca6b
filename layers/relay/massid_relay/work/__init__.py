"""What the functions do: one module per queue. Each loads, asks the core, calls, records."""
