"""How many submissions preflight judges per second on one core.

    python benchmarks/preflight.py [SECONDS]

Judges whole samples of 13 events under a complete profile, and prints one line per methodology.
"""

import sys
import time
from datetime import UTC, date, datetime

from massid_local.samples import generate
from massid_local.samples.profile import accreditation_profile
from massid_relay.core.jsons import dumps, loads
from massid_relay.preflight import Methodology, parse_profile, run_preflight

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def measure(methodology: Methodology, seconds: float) -> tuple[float, float]:
    """Submissions per second, and events per submission."""
    profile = parse_profile(loads(dumps(accreditation_profile(TODAY))))
    sources = [loads(dumps(sample.submission)) for sample in generate(50, 1, TODAY)]
    judged, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for source in sources:
            report = run_preflight(source, methodology=methodology, now=NOW, profile=profile)
            assert report.passes
        judged += len(sources)
    events = sum(len(source["events"]) for source in sources) / len(sources)
    return judged / (time.process_time() - start), events


def main() -> None:
    """Measure both methodologies."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    for methodology in Methodology:
        rate, events = measure(methodology, seconds)
        print(f"{methodology}: {rate:,.0f} submissions of {events:.0f} events per second and core")


if __name__ == "__main__":
    main()
