"""What AWS's DynamoDB does under load, switched on and off in the emulator.

Reads that are stale, throttling, conflicts of transactions: the emulator does none of it until it
is asked to. `emulator/src/embedded_dynamodb/README.md` has the settings, each with AWS's rule.
"""

from __future__ import annotations

from lab.emulator.service_settings import ServiceSettings, Settings

__all__ = ["SETTINGS", "Settings", "change", "parsed", "read", "reset"]

SETTINGS = ServiceSettings("dynamodb", "DynamoDB", "stale_read_seconds=0.5")
parsed = SETTINGS.parsed
read, change, reset = SETTINGS.read, SETTINGS.change, SETTINGS.reset
