"""Where the README's figures come from: `make bench`, or `python -m benchmarks`. docs/performance.md tells what each means."""
