"""A real Chromium, for which names of the internet lead to this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

VARIABLE = "LAB_TEST_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Nothing but the tests' own pages goes out; --no-sandbox is for root, as whom Chromium has none.
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-proxy-server",
]


def find() -> str | None:
    """The browser's program, or None where there is none."""
    if named := os.environ.get(VARIABLE):
        return shutil.which(named)
    return next(filter(None, map(shutil.which, (*NAMES, *ON_MACOS))), None)


NEEDED = pytest.mark.skipif(
    find() is None,
    reason="There is no Chromium: `scripts/get-browser.sh` installs it on Debian. Elsewhere install"
    f" Chromium or Google Chrome, or name its program in {VARIABLE}.",
)


@contextmanager
def running(names: dict[str, str]) -> Iterator[Browser]:
    """A browser without a window; `names` maps hosts, with or without a port, to addresses."""
    rules = ", ".join(f"MAP {name} {address}" for name, address in names.items())
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    flags = [*FLAGS, *sandbox, f"--host-resolver-rules={rules}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=flags)
        yield browser
        browser.close()
