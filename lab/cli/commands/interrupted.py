"""What Ctrl-C leaves of each command, in a sentence; whoever does more says so while it runs."""

from __future__ import annotations

from lab.core import invocation

NOTHING = "Nothing was changed."
AGAIN = "Run it again for the rest."

LEFT = {
    "demo": "What was started stays: `lab status` shows it, `lab down` stops it.",
    "notebooks": "Your copies of the lessons and the lab stay as they are.",
    "progress": NOTHING,
    "lessons-html": "The pages that were finished stay, and so do the orders in the lab.",
    "doctor": NOTHING,
    "env": NOTHING,
    "up": "No emulator was left running by it: `lab status` shows whether one runs.",
    "down": "The emulator may still run: `lab status` shows it, `lab down` stops it.",
    "deploy": "What was made is in Terraform's state: `lab deploy` goes on from here,"
    " `lab destroy` takes it away.",
    "destroy": "What is not destroyed is in Terraform's state: `lab destroy` goes on from here,"
    " `lab deploy` brings it back.",
    "seed": "Products that were written stay, and none is counted twice: `lab seed` writes the"
    " rest.",
    "url": NOTHING,
    "token": NOTHING,
    "watch": "The functions keep the code that they have now; the next `lab deploy` takes it over.",
    "checkout": "If the order was placed, it goes on by itself: `lab orders` shows it.",
    "orders": NOTHING,
    "status": NOTHING,
    "alarms": NOTHING,
    "dashboard": NOTHING,
    "logs": NOTHING,
    "mail": NOTHING,
    "audit": "Nothing was changed, and not all guarantees were checked.",
    "bench": "Its own emulator has ended, and nothing is left of it. With --here, the orders stay.",
    "cost": "Nothing was kept of what was counted. Orders that were placed stay.",
    "iam": "Nothing was changed, but that --reset begins the record anew.",
    "redrive": "What was finished stays so. Messages in hand are back in their queues in two"
    " minutes at the latest: `lab redrive` goes on then.",
    "backup": "No backup was made. `lab backup` within an hour goes on with what is copied.",
    "restore": "Nothing was written.",
    "drill": "The environment is as it was, with the drill's orders in it.",
    "promote": "Nothing was applied.",
    "backend": f"What was made stays, and is found by the next run. {AGAIN}",
    "terraform": "Terraform has ended, and its own words above say how far it came.",
    "release versions": NOTHING,
    "release smoke": "Nothing was changed, but that an order may have been placed with --order.",
    "release watch": "Nothing was changed. That no alarm was raised until now is no result.",
    "release rollback": f"Some functions may be at the versions of before already. {AGAIN}",
    "release complete": f"Some canaries may have been completed already. {AGAIN}",
}
"""By the name of the command, those of a group with the group's name before them."""


def told() -> str:
    """What to say of the running command after Ctrl-C."""
    running = invocation.running()
    return running.leaves or LEFT.get(running.name, NOTHING)
