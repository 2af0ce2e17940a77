"""Settings of hypothesis for the unit tests."""

from hypothesis import settings

# A busy machine takes longer for an example now and then; pytest-timeout ends what hangs.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
