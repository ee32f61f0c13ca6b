"""What holds for all tests."""

from hypothesis import HealthCheck, settings

# A busy machine is no failure: no test is judged by the time it takes.
settings.register_profile("relay", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("relay")
