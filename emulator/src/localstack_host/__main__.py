"""The command line: `localstack-host start`, `stop`, `save`, and others."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from localstack_host.host import foreground, process, service_selection
from localstack_host.host.errors import HostError
from localstack_host.host.paths import HOME_VARIABLE
from localstack_host.state import commands

RESTORE = "localstack-host restore"
INTERRUPTED = 130
"""The exit code of a program that Ctrl-C has ended, as in shells."""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns the exit code: 1 for a failure, 2 for a wrong argument."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except HostError as error:
        return _failed(error, options)
    except OSError as error:
        return _failed_on_disk(error, options)
    except KeyboardInterrupt:
        print("Interrupted. Nothing that this command started is left running.", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="localstack-host",
        description="LocalStack as a process of this machine: no Docker, no account, no token.",
    )
    names = parser.add_subparsers(required=True, metavar="COMMAND")
    start = _command(names, "start", _start, "start the emulator and return when it answers")
    start.add_argument("--port", type=_port, help="default: 4566")
    start.add_argument("--no-iam", action="store_true", help="do not enforce permissions")
    start.add_argument("--owner", type=int, metavar="PID", help="end when this process ends")
    anew = start.add_mutually_exclusive_group()
    anew.add_argument("--fresh", action="store_true", help="begin without the state it had")
    anew.add_argument("--state", type=Path, metavar="FOLDER", help="begin with a saved state")
    _command(names, "stop", _stop, "save its state, and stop it and all its processes")
    save = _command(names, "save", _save, "save its state in a new folder")
    save.add_argument("folder", type=Path)
    restore = _command(names, "restore", _restore, "restart it with a saved state")
    restore.add_argument("folder", type=Path)
    export = _command(names, "export", _export, "write a saved state as data, for other people")
    export.add_argument("folder", type=Path)
    export.add_argument("file", type=Path, metavar="FILE.tar.gz")
    imported = _command(names, "import", _import, "make a saved state of an exported file")
    imported.add_argument("file", type=Path, metavar="FILE.tar.gz")
    imported.add_argument("folder", type=Path)
    _command(names, "status", _status, "show whether it runs, and where")
    _command(names, "services", _services, "list the services: those it offers, and more")
    _command(names, "run", _run, "run in the foreground on all interfaces: for a container")
    return parser


def _command(
    names: Any, name: str, function: Callable[[argparse.Namespace], int], summary: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = names.add_parser(name, help=summary, description=summary)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(command=function)
    return parser


def _port(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port; it is a number from 1 to 65535")


def _start(options: argparse.Namespace) -> int:
    emulator = process.start(
        options.port,
        on_progress=_report,
        iam=not options.no_iam,
        owner=options.owner,
        beginning=process.Beginning(options.fresh, options.state),
    )
    return _print(options, asdict(emulator), _started(emulator))


def _started(emulator: process.Emulator) -> str:
    how = (
        "is already running" if emulator.already_running else f"runs after {emulator.ready_s:.1f} s"
    )
    lines = [f"LocalStack {how} at {emulator.endpoint}"]
    if emulator.state["restored"]:
        lines.append(f"It has the state of {emulator.state['saved_at']}.")
    if emulator.state["refused"]:
        lines.append(emulator.state["refused"])
    return "\n".join(lines)


def _stop(options: argparse.Namespace) -> int:
    stopped = process.stop()
    text = "Stopped." if stopped else "It was not running."
    if stopped.not_saved:
        text += f" Its latest changes were not saved: {stopped.not_saved}"
    return _print(options, asdict(stopped), text)


def _save(options: argparse.Namespace) -> int:
    saved = process.save(options.folder)
    text = f"Saved {saved.size / 1e6:.1f} MB of {len(saved.services)} services in {options.folder}"
    return _print(options, saved.as_dict(), text)


def _restore(options: argparse.Namespace) -> int:
    emulator = process.restart_with(options.folder, on_progress=_report)
    return _print(options, asdict(emulator), _started(emulator))


def _export(options: argparse.Namespace) -> int:
    result = commands.export(options.folder, options.file)
    return _print(options, result, f"Exported {options.folder} to {options.file}")


def _import(options: argparse.Namespace) -> int:
    result = commands.import_file(options.file, options.folder)
    text = f"Imported {options.file}. Load it: {RESTORE} {options.folder}"
    return _print(options, result, text)


def _status(options: argparse.Namespace) -> int:
    status = process.status()
    state = "does not run"
    if status.running:
        state = f"runs at {status.endpoint} (pid {status.pid}, {status.memory_mb:.0f} MB)"
        state += "" if status.healthy else " and does not answer"
    result = asdict(status) | {"log": str(status.log)}
    return _print(options, result, f"LocalStack {state}. Its log: {status.log}")


def _services(options: argparse.Namespace) -> int:
    known = service_selection.known()
    default = sorted(service_selection.DEFAULT)
    more = sorted(known - service_selection.DEFAULT)
    text = f"By default: {', '.join(default)}\n{service_selection.VARIABLE} adds more of: "
    return _print(options, {"default": default, "more": more}, text + ", ".join(more))


def _run(_options: argparse.Namespace) -> int:
    foreground.become_localstack()
    return 0


def _report(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _print(options: argparse.Namespace, result: Any, text: str) -> int:
    print(json.dumps(result) if options.json else text)
    return 0


def _failed_on_disk(error: OSError, options: argparse.Namespace) -> int:
    """With --json, prints the fields of the error, so that the caller can write its own message."""
    if options.json:
        print(
            json.dumps({"errno": error.errno, "strerror": error.strerror, "file": error.filename})
        )
        return 1
    hint = f"Fix that, or use another folder: {HOME_VARIABLE}=/another/folder"
    return _failed(HostError(f"{error.filename}: {error.strerror}.", hint), options)


def _failed(error: HostError, options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps({"error": error.message, "hint": error.hint}))
    else:
        print(f"{error.message}\n{error.hint}".strip(), file=sys.stderr)
    return error.code


if __name__ == "__main__":
    sys.exit(main())
