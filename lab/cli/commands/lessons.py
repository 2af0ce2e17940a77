"""`lab notebooks`, `lab progress` and `lab lessons-html`."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli.commands.common import Json

if TYPE_CHECKING:
    from lab.lessons.copies import Copies
    from lab.lessons.jupyter import Running


class Theme(StrEnum):
    """The colours of a lesson's web page."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


def register(app: typer.Typer) -> None:
    """Adds this module's commands to the app."""
    panel = "Lessons"
    app.command(rich_help_panel=panel, epilog="Example: lab notebooks --reset 04")(notebooks)
    app.command(rich_help_panel=panel, epilog="Example: lab progress --json")(progress)
    app.command(rich_help_panel=panel, epilog="Example: lab lessons-html 00")(lessons_html)


def notebooks(
    reset: Annotated[
        list[str] | None,
        typer.Option(metavar="LESSON", help="Give this lesson a fresh copy (the old one is kept)."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    port: Annotated[int, typer.Option(help="JupyterLab's port.")] = 8888,
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[-- OPTION]...", help="Options of JupyterLab.")
    ] = None,
) -> None:
    """Opens JupyterLab on your copies of the lessons, and starts the lab if it is not running.

    With --reset it only replaces the copies that you name.
    """
    from lab.console.progress import working
    from lab.lessons import copies, jupyter, scores, setup

    if reset:
        _reset(reset)
        return
    _report(copies.bring_up_to_date())
    with working("Getting the lab ready") as on_progress:
        setup.ready(on_progress)
    first = f"{scores.first_open()}.ipynb"
    if running := jupyter.running(copies.folder()):
        _show(running, first, browser)
    else:
        jupyter.serve(copies.folder(), first, port, browser, more or ())


def _show(running: Running, first: str, browser: bool) -> None:
    from lab.console import render

    address = running.address(first)
    render.done(f"JupyterLab runs already: {address}")
    render.note("For another port or other options, stop it first: Ctrl-C where it runs.")
    if browser:
        typer.launch(address)


def _reset(names: list[str]) -> None:
    from lab.console import render
    from lab.lessons import copies, jupyter, notebook_files, workshop

    for book in [notebook_files.lesson(name) for name in names]:
        kept = copies.reset(book)
        if book.number == workshop.LESSON and (sources := workshop.reset()):
            kept.append(sources)
        render.done(f"{book.name} is reset, and its checks are open.")
        for path in kept:
            render.done(f"Your old work is kept: {path}")
    if jupyter.running(copies.folder()):
        render.note("Where it is open: File, Reload Notebook from Disk; then restart its kernel.")
    else:
        render.note("Open it: lab notebooks")


def _report(done: Copies) -> None:
    from lab.console import render
    from lab.lessons import copies

    if done.made:
        render.done(f"Your copies of {len(done.made)} lessons are in {copies.folder()}.")
    if done.renewed:
        render.done(f"Renewed, because the lesson has changed: {', '.join(done.renewed)}.")
    for path in done.kept:
        render.done(f"Your old work is kept: {path}")
    for name in done.changed:
        render.note(
            f"{name} has changed, and so has your copy, which stays as it is."
            f" For the new one: lab notebooks --reset {name[:2]}"
        )


def progress(json: Json = False) -> None:
    """Shows which checks of the lessons you have passed."""
    from lab.console import render
    from lab.lessons import scores

    all_scores = scores.scores()
    if json:
        render.as_json([{**asdict(score), "done": score.done} for score in all_scores])
        return
    rows = [(s.lesson, s.title, _marks(s.checks, s.passed)) for s in all_scores]
    render.screen.print(render.table(("!Lesson", "Title", "Checks"), rows))
    passed, total = sum(len(s.passed) for s in all_scores), sum(len(s.checks) for s in all_scores)
    render.screen.print(f"{passed} of {total} checks passed.")


def _marks(checks: tuple[str, ...], passed: tuple[str, ...]) -> str:
    return " ".join("✔" if check in passed else "·" for check in checks)


def lessons_html(
    chosen: Annotated[
        list[str] | None, typer.Argument(metavar="[LESSON]...", help="All if none is named.")
    ] = None,
    theme: Annotated[
        Theme, typer.Option(help="auto: light or dark, as the reader's system is set.")
    ] = Theme.AUTO,
) -> None:
    """Runs lessons with their solutions and writes them as web pages."""
    from lab.console import render
    from lab.console.progress import working
    from lab.lessons import notebook_files, setup, site, turns

    books = [notebook_files.lesson(name) for name in chosen or []] or notebook_files.all_lessons()
    with working("Running the lessons") as on_progress:
        turns.require_free(setup.ready(on_progress).endpoint or "AWS")
        index = site.build(books, on_progress, theme)
    render.done(f"The pages are ready: {index}")
