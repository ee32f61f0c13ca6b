"""The demo: feeds generated MassIDs to a running stack, watches them close, and checks the result on its own.

Nothing here uses the workers' verdicts. What counts is what the platform shows at the end, held against what was submitted.
"""

from massid_local.demo.outcome import MassidOutcome, Result, Summary
from massid_local.demo.progress import Progress
from massid_local.demo.run import Demo, DemoOptions

__all__ = ["Demo", "DemoOptions", "MassidOutcome", "Progress", "Result", "Summary"]
