"""`make catalogue-time`: how soon the catalogue can be used, on a processor four times as slow."""

from __future__ import annotations

import sys
from statistics import median

from playwright.sync_api import Browser

from lab.core import ports
from lab.core.target import Target
from lab.shop_server import server
from tests.browser import chromium

ROUNDS = 7
SLOWER = 4
# From the navigation to the first product that can be put into the cart.
USABLE = """() => new Promise(resolve => {
  const look = () => document.querySelector(".card button.add:not(:disabled)")
    ? resolve(performance.now()) : requestAnimationFrame(look);
  look();
})"""


def main() -> None:
    port = ports.any_free()
    place = server.Place(ports.HOST, port, port)
    with (
        server.Running(Target.current("dev"), place) as running,
        chromium.running({"*": "127.0.0.1"}) as browser,
    ):
        took = [_usable_after_ms(browser, running.where.url) for _ in range(ROUNDS)]
    shown = ", ".join(f"{ms:.0f}" for ms in took)
    sys.stdout.write(f"median {median(took):.0f} ms of {shown}, CPU {SLOWER} times as slow\n")


def _usable_after_ms(browser: Browser, address: str) -> float:
    """In a browser without a cache."""
    context = browser.new_context()
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="commit")
    ms = float(page.evaluate(USABLE))
    context.close()
    return ms


if __name__ == "__main__":
    main()
