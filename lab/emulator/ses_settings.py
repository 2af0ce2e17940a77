"""The sandbox of SES, which every new account is in, and the emulator if it is asked to be.

In it, mail goes to and from verified identities only.
https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
"""

from __future__ import annotations

from lab.emulator.service_settings import ServiceSettings

SETTINGS = ServiceSettings("ses", "SES", "sandbox=true")
read, change, reset = SETTINGS.read, SETTINGS.change, SETTINGS.reset
