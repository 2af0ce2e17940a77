"""The Typer app of the `lab` command, and its error handling."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from typing import Annotated

import click
import typer

from lab.cli.commands import (
    caching,
    costing,
    emulator,
    infrastructure,
    inspecting,
    interrupted,
    lessons,
    measuring,
    permissions,
    promoting,
    recovering,
    releasing,
    reloading,
    repairing,
    shopping,
    signing_in,
    snapshots,
    storefront,
    tour,
)
from lab.cli.commands.environments import App, require_value
from lab.console import plain_text
from lab.core import invocation, watchdog
from lab.core.errors import LabError

INTERRUPTED = 130

app = App(
    name="lab",
    epilog="Start with: lab demo",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def options(
    context: typer.Context,
    aws: Annotated[
        bool, typer.Option("--aws", help="Work in the AWS account that we are in.")
    ] = False,
    profile: Annotated[
        str | None, typer.Option(help="Work in the AWS account of this profile.")
    ] = None,
) -> None:
    """The Checkout Lab: an e-commerce checkout on AWS services that runs on your laptop.

    Commands work on the emulator, unless an AWS account is asked for.
    """  # lab.cli.commands.common reads the options.
    require_value("--profile", profile, context)
    typed = f"--profile {profile}" if profile else "--aws" if aws else ""
    invocation.begin(context.invoked_subcommand or "", typed)


GROUPS = (
    tour,
    lessons,
    emulator,
    snapshots,
    caching,
    infrastructure,
    reloading,
    storefront,
    shopping,
    signing_in,
    inspecting,
    measuring,
    costing,
    permissions,
    repairing,
    recovering,
    promoting,
    releasing,
)
for group in GROUPS:
    group.register(app)


def main() -> None:
    """Runs `lab` with the arguments of this process and exits."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors=plain_text.HANDLER)  # type: ignore[union-attr]
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code: 0, 1 (failed), 2 (usage) or 130 (Ctrl-C)."""
    invocation.begin()
    try:
        with watchdog.WATCHDOG.on():
            code = _exit_code(app(list(arguments), prog_name="lab", standalone_mode=False))
        return _interrupted() if code == INTERRUPTED else code  # Typer returns it on Ctrl-C
    except click.ClickException as error:
        return _usage(error)
    except watchdog.Ended as ended:
        return _report(ended.problem)
    except (click.Abort, KeyboardInterrupt):
        return _interrupted()
    except BrokenPipeError:
        return _quietly_closed()
    except SystemExit as ended:  # Typer and Rich turn a closed pipe into a failure
        if isinstance(ended.__context__, BrokenPipeError):
            return _quietly_closed()
        raise
    except Exception as error:
        return _report(error)


def _interrupted() -> int:
    """Reports the watchdog's problem, which a library may have turned into Ctrl-C, or Ctrl-C."""
    if problem := watchdog.WATCHDOG.found:
        return _report(problem)
    _print_problem(LabError("Stopped.", interrupted.message()))
    return INTERRUPTED


def _exit_code(result: object) -> int:
    return result if isinstance(result, int) else 0


def _usage(error: click.ClickException) -> int:
    from typer.rich_utils import rich_format_error

    rich_format_error(error)
    return error.exit_code


def _quietly_closed() -> int:
    """Handles `lab orders | head`, which closes stdout, without an error message at exit."""
    sys.stdout = None
    return 0


def _report(error: Exception) -> int:
    from lab.core.error_messages import explain

    problem = explain(watchdog.WATCHDOG.found or error)
    _print_problem(problem)
    return problem.code


def _print_problem(problem: LabError) -> None:
    from lab.console import render

    render.problem(problem.message, problem.hint)
