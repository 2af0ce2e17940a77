"""The entry point of `lab` and `python -m lab`. Handles Ctrl-C from the first line on."""

from __future__ import annotations

import signal
import sys
import threading

INTERRUPTED = 130
REPEAT_AFTER_S = 0.05


def main() -> None:
    """Runs `lab` with the arguments of this process and exits."""
    sys.unraisablehook = interrupt_again
    try:
        # Imported here, because importing the commands takes most of the time of a short one.
        from lab.core import child_processes

        child_processes.start_clean()
        child_processes.settle()
        from lab.cli import app
        from lab.core import file_permissions

        file_permissions.begin()
        app.main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)  # before the command was known, so that nothing was changed
    finally:
        forget_unhandled_interrupt()


def forget_unhandled_interrupt() -> None:
    """Makes `python -m lab` exit with its own code after a Ctrl-C that has been handled.

    Python notes a Ctrl-C that leaves the code of an `exec`, of which dataclasses are made, for
    example. `python -m` then ends by SIGINT, although it was handled further up. It clears the note
    when it executes something again (`run_eval_code_obj` in CPython's Python/pythonrun.c).
    """
    exec("")  # noqa: S102


def interrupt_again(unraisable: sys.UnraisableHookArgs) -> None:
    """Repeats a Ctrl-C that was raised where Python drops exceptions: in a finaliser or callback.

    The import system has such callbacks, and runs for the first second of a command.
    """
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        main_thread = threading.main_thread().ident
        repeated = threading.Timer(
            REPEAT_AFTER_S, signal.pthread_kill, (main_thread, signal.SIGINT)
        )
        repeated.daemon = True
        repeated.start()
    else:
        sys.__unraisablehook__(unraisable)


if __name__ == "__main__":
    main()
