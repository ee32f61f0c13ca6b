"""The sandbox as a child that ends with its parent, however that ends: `python -m benchmarks.held_sandbox --port …`."""

import sys

from massid_local.carrot_sandbox.__main__ import main
from massid_local.stack import lifeline

if __name__ == "__main__":
    lifeline.hold()
    main(sys.argv[1:])
