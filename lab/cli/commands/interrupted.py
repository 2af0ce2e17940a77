"""What each command leaves behind after Ctrl-C; some commands set it while they run."""

from __future__ import annotations

from lab.core import invocation, run_state

NOTHING = "Nothing was changed."
AGAIN = "Run it again for the rest."

LEFT = {
    "demo": "What was started stays: `lab status` shows it, `lab down` stops it.",
    "notebooks": "Your copies of the lessons and the lab stay as they are.",
    "progress": NOTHING,
    "lessons-html": "The pages that were finished stay, and so do the orders in the lab.",
    "doctor": NOTHING,
    "env": NOTHING,
    "dynamodb": "`lab dynamodb` shows what is switched on.",
    "ses": "`lab ses` shows what is switched on.",
    "up": "No emulator was left running.",
    "down": "The emulator may still run: `lab status` shows it, `lab down` stops it.",
    "save": "No snapshot was made; one that was to be replaced is still there.",
    "load": "What was there is kept: the emulator has it, or `lab load before-load` brings it back."
    " `lab up` starts the emulator if it has stopped.",
    "snapshots list": NOTHING,
    "snapshots describe": NOTHING,
    "snapshots remove": "`lab snapshots` shows whether it is still there.",
    "snapshots export": "No file was written.",
    "snapshots import": "No snapshot was made.",
    "cache show": NOTHING,
    "cache clear": f"Some entries may be deleted already. {AGAIN}",
    "deploy": "`lab deploy` does what is left, `lab destroy` removes everything. After a second"
    " Ctrl-C something may exist that no state has: if that is in the way, `lab down` and"
    " `lab up --fresh` begin anew.",
    "destroy": "`lab destroy` destroys what is left, `lab deploy` creates everything again.",
    "seed": "Products that were written stay, and none is counted twice: `lab seed` writes the"
    " rest.",
    "url": NOTHING,
    "token": NOTHING,
    "keys show": NOTHING,
    "keys rotate": f"`lab keys show` shows whether the new key is published. {AGAIN}",
    "watch": "The functions keep the code that they have now; the next `lab deploy` takes it over.",
    "shop": "The page is closed; the shop behind it goes on. What the machine room's levers"
    " had changed is put back.",
    "checkout": "If the order was placed, it continues by itself: `lab orders` shows it.",
    "orders": NOTHING,
    "status": NOTHING,
    "alarms": NOTHING,
    "dashboard": NOTHING,
    "logs": NOTHING,
    "trace": NOTHING,
    "mail": NOTHING,
    "audit": "Nothing was changed, and not all guarantees were checked.",
    "bench": "Its own emulator is stopped and removed. With --here, the orders stay.",
    "cost": "No count was stored. Orders that were placed stay.",
    "iam": "Nothing was changed, except that --reset resets the record.",
    "redrive": "Finished orders stay finished. Received messages are back in their queues in two"
    " minutes at the latest: `lab redrive` continues then.",
    "backup": "No backup was made. `lab backup` within an hour continues the copy.",
    "restore": "Nothing was written.",
    "drill": "The environment is as it was, with the drill's orders in it.",
    "promote": "Nothing was applied.",
    "backend": f"What was created stays, and the next run finds it. {AGAIN}",
    "terraform": "Terraform has ended; its output above shows how far it got.",
    "release versions": NOTHING,
    "release smoke": "Nothing was changed, except that --order may have placed an order.",
    "release watch": "Nothing was changed, and there is no result.",
    "release rollback": f"Some functions may already be at the previous versions. {AGAIN}",
    "release complete": f"Some canaries may already be complete. {AGAIN}",
}
"""Messages by command name, including the name of its group."""


def message() -> str:
    """The message about the running command after Ctrl-C."""
    running = invocation.running()
    if running.name == "up" and (record := run_state.load()) and record.runs():
        # Ctrl-C undoes a start, but not one that is complete.
        return f"The emulator runs at {record.endpoint}: `lab down` stops it."
    return running.leaves or LEFT.get(running.name, NOTHING)
