"""Brings a release to its end: looks whether it works, and takes it back if it does not."""

from lab.deploy.release.smoke import Finding, smoke
from lab.deploy.release.versions import complete, live, roll_back
from lab.deploy.release.watch import watch

__all__ = ["Finding", "complete", "live", "roll_back", "smoke", "watch"]
