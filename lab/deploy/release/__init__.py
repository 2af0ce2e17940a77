"""Verifies a release, completes it, or rolls it back."""

from lab.deploy.release.smoke import Check, smoke
from lab.deploy.release.versions import complete, live, roll_back
from lab.deploy.release.watch import watch

__all__ = ["Check", "complete", "live", "roll_back", "smoke", "watch"]
