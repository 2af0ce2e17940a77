"""Where `lab` begins, also as `python -m lab`: from its first line on, Ctrl-C ends it."""

from __future__ import annotations

import signal
import sys
import threading

INTERRUPTED = 130
SOON_S = 0.05


def main() -> None:
    """Runs `lab` with the arguments of this process and exits."""
    sys.unraisablehook = interrupt_again
    try:
        # Reading the commands is most of the time of a short one.
        from lab.core import child_processes

        child_processes.start_clean()
        child_processes.settle()
        from lab.cli import app
        from lab.core import file_permissions

        file_permissions.begin()
        app.main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)  # before the command was known: there is nothing to be left


def interrupt_again(lost: sys.UnraisableHookArgs) -> None:
    """Repeats a Ctrl-C that came where Python drops exceptions: in a finaliser or in a callback.

    The import system has such callbacks, and a command spends its first second there.
    """
    if issubclass(lost.exc_type, KeyboardInterrupt):
        main_thread = threading.main_thread().ident
        repeated = threading.Timer(SOON_S, signal.pthread_kill, (main_thread, signal.SIGINT))
        repeated.daemon = True
        repeated.start()
    else:
        sys.__unraisablehook__(lost)


if __name__ == "__main__":
    main()
