"""No website commands the emulator, whatever it makes the learner's browser send."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Error

from tests.browser import chromium
from tests.browser.commands import (
    BY_GET,
    BY_POST,
    CREATE_QUEUE,
    CREATE_QUEUE_BY_POST,
    DESTRUCTIVE,
    PREFLIGHTED,
    Command,
)
from tests.browser.conftest import Attack
from tests.browser.doors import SCRIPTS, TAGS, WITH_A_BODY, Page
from tests.browser.site import Document
from tests.exhaustive import all_but

pytestmark = chromium.NEEDED

Writing = Callable[[Page], str]

# A door of each kind, for what is tried through a few of them only.
KINDS: dict[str, tuple[Command, Writing]] = {
    "image": (CREATE_QUEUE, lambda page: page.by_tag(TAGS["img"])),
    "navigation": (CREATE_QUEUE, lambda page: page.by_script(SCRIPTS["location"])),
    "form": (CREATE_QUEUE_BY_POST, lambda page: page.by_script(WITH_A_BODY["form POST"])),
    "fetch": (CREATE_QUEUE_BY_POST, lambda page: page.by_script(WITH_A_BODY["fetch POST no-cors"])),
}
ADDRESSES = (
    "127.0.0.1",
    "[::1]",
    "localhost.",
    "evil.localhost",
    # Browsers say nothing about who asks (Sec-Fetch-Site) over plain HTTP to names such as these.
    "localhost.localstack.cloud",
    "s3.localhost.localstack.cloud",
    "rebound.example",
    "0.0.0.0",
)
ORIGINS = (
    "http://localhost",
    "http://127.0.0.1",
    "http://evil.localhost",
    "http://localhost.localstack.cloud",
)
FRAMES: dict[str, Writing] = {
    "sandbox": lambda page: f'<iframe sandbox="allow-scripts allow-forms" srcdoc="{page}">',
    "srcdoc": lambda page: f'<iframe srcdoc="{page}">',
    "data:": lambda page: f'<iframe src="data:text/html,{quote(html.unescape(page))}">',
}


# One of each way in which a browser sends something.
USUAL_DOORS = {
    *("img", "stylesheet", "script", "iframe", "object", "video", "meta refresh"),
    *("location", "link that is clicked", "window.open", "form GET", "fetch", "fetch no-cors"),
    *("WebSocket", "worker", "import", "speculative prerender"),
    *("form POST", "form POST text/plain", "fetch POST no-cors", "beacon", "ping of a link"),
}


def is_usual(command: str) -> bool:
    """One service that is called in each way: by a form, by JSON, by the path; and the shop."""
    return command.startswith(("SQS", "DynamoDB", "S3 Put", "an order at"))


@pytest.mark.parametrize("door", all_but(USUAL_DOORS.__contains__, TAGS))
def test_no_tag_commands_the_emulator(attack: Attack, door: str) -> None:
    attack.open(attack.page(CREATE_QUEUE).by_tag(TAGS[door]))
    attack.assert_refused()


@pytest.mark.parametrize("door", all_but(USUAL_DOORS.__contains__, SCRIPTS))
def test_no_script_commands_the_emulator(attack: Attack, door: str) -> None:
    attack.open(attack.page(CREATE_QUEUE).by_script(SCRIPTS[door]))
    attack.assert_refused()


@pytest.mark.parametrize("door", all_but(USUAL_DOORS.__contains__, WITH_A_BODY))
def test_nothing_with_a_body_commands_the_emulator(attack: Attack, door: str) -> None:
    attack.open(attack.page(CREATE_QUEUE_BY_POST).by_script(WITH_A_BODY[door]))
    attack.assert_refused()


def test_an_image_with_a_referrer_commands_nothing(attack: Attack) -> None:
    attack.open(f'<img src="{html.escape(attack.url(CREATE_QUEUE))}">')
    attack.assert_refused()


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", ["image", "navigation"])
@pytest.mark.parametrize("command", BY_GET)
def test_no_command_is_accepted_by_get(attack: Attack, command: str, kind: str) -> None:
    _, write = KINDS[kind]
    attack.open(write(attack.page(BY_GET[command])))
    attack.assert_refused()


@pytest.mark.parametrize("kind", ["form", "fetch"])
@pytest.mark.parametrize("command", all_but(is_usual, BY_POST))
def test_no_command_is_accepted_by_post(attack: Attack, command: str, kind: str) -> None:
    _, write = KINDS[kind]
    attack.open(write(attack.page(BY_POST[command])))
    attack.assert_refused()


@pytest.mark.parametrize("command", all_but(is_usual, PREFLIGHTED))
def test_no_preflight_is_granted(attack: Attack, command: str) -> None:
    prepared = attack.prepared(PREFLIGHTED[command])
    headers = prepared.headers | {"Content-Type": prepared.type}
    attack.open("<p>")
    with pytest.raises(Error, match="Failed to fetch"):
        attack.tab.evaluate(
            "([url, options]) => fetch(url, options)",
            [
                attack.url(PREFLIGHTED[command]),
                {"method": prepared.method, "body": prepared.body or None, "headers": headers},
            ],
        )
    attack.assert_refused()


@pytest.mark.exhaustive
@pytest.mark.parametrize("command", BY_GET)
@pytest.mark.parametrize("host", ["localhost", "s3.localhost.localstack.cloud"])
def test_a_page_reads_nothing(attack: Attack, command: str, host: str) -> None:
    attack.open("<p>")
    with pytest.raises(Error, match="Failed to fetch"):
        attack.tab.evaluate(
            "url => fetch(url).then(answer => answer.text())", attack.url(BY_GET[command], host)
        )
    attack.assert_refused()


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("host", ADDRESSES)
def test_no_other_name_of_the_laptop_helps(attack: Attack, host: str, kind: str) -> None:
    command, write = KINDS[kind]
    attack.open(write(attack.page(command, host)))
    attack.assert_refused()


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("origin", ORIGINS)
def test_another_server_of_this_laptop_is_foreign_too(
    attack: Attack, origin: str, kind: str
) -> None:
    command, write = KINDS[kind]
    attack.open(write(attack.page(command)), origin)
    attack.assert_refused()


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frame", FRAMES)
def test_a_page_without_an_origin_is_foreign_too(attack: Attack, frame: str, kind: str) -> None:
    command, write = KINDS[kind]
    attack.open(FRAMES[frame](html.escape(write(attack.page(command)))))
    attack.assert_refused()


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_from_the_disk_is_foreign_too(attack: Attack, kind: str, tmp_path: Path) -> None:
    command, write = KINDS[kind]
    page = tmp_path / "page.html"
    page.write_text(write(attack.page(command)))
    attack.tab.goto(page.as_uri(), wait_until="commit")
    attack.assert_refused()


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_hides_nobody(attack: Attack, status: int, kind: str) -> None:
    command, write = KINDS[kind]
    address = attack.serve(Document(status=status, headers={"Location": attack.url(command)}))
    attack.open(write(Page(address, attack.prepared(command))))
    attack.assert_refused()


@pytest.mark.parametrize("header", ["Link", "Refresh", "Speculation-Rules"])
def test_no_header_of_a_page_commands_the_emulator(attack: Attack, header: str) -> None:
    url = attack.url(CREATE_QUEUE)
    rules = Document(
        f'{{"prefetch": [{{"source": "list", "urls": ["{url}"]}}]}}',
        headers={"Content-Type": "application/speculationrules+json"},
    )
    values = {
        "Link": f"<{url}>; rel=preload; as=image",
        "Refresh": f"0; url={url}",
        "Speculation-Rules": f'"{attack.site.add(rules)}"',
    }
    headers = {header: values[header], "Referrer-Policy": "no-referrer"}
    attack.tab.goto(attack.serve(Document("<p>", headers=headers)), wait_until="commit")
    attack.assert_refused()


def test_no_report_of_a_browser_commands_the_emulator(attack: Attack) -> None:
    policy = f"default-src 'none'; report-uri {attack.url(CREATE_QUEUE_BY_POST)}"
    page = Document('<img src="/">', headers={"Content-Security-Policy": policy})
    attack.tab.goto(attack.serve(page), wait_until="commit")
    attack.assert_refused()


@pytest.mark.parametrize("command", ["SQS CreateQueue", "CloudFormation CreateStack"])
def test_a_link_in_a_mail_commands_nothing(attack: Attack, command: str) -> None:
    """It reaches the browser as an address does that is typed: nobody has sent it."""
    attack.tab.goto(attack.url(BY_GET[command]), wait_until="commit")
    attack.assert_refused()


@pytest.mark.parametrize("status", [302, 307])
def test_a_link_in_a_mail_that_is_redirected_commands_nothing(attack: Attack, status: int) -> None:
    redirect = Document(status=status, headers={"Location": attack.url(CREATE_QUEUE)})
    attack.tab.goto(attack.serve(redirect), wait_until="commit")
    attack.assert_refused()


def test_loading_a_refused_page_again_changes_nothing(attack: Attack) -> None:
    attack.open(attack.page(CREATE_QUEUE).by_script(SCRIPTS["location"]))
    attack.assert_refused()
    attack.tab.wait_for_url(attack.url(CREATE_QUEUE))
    attack.tab.reload()
    attack.assert_refused()


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (CREATE_QUEUE, {}),
        (CREATE_QUEUE_BY_POST, {"method": "POST", "body": CREATE_QUEUE_BY_POST.body}),
        (BY_GET["S3 GetObject"], {}),
        (BY_GET["mails"], {}),
        (BY_GET["an API's route"], {}),
    ],
)
def test_a_name_that_comes_to_lead_here_gives_no_page_a_say(
    attack: Attack, command: Command, options: dict[str, str]
) -> None:
    """DNS rebinding: for the browser, page and emulator are of one origin."""
    attack.tap.pages[b"/rebound"] = b"<!doctype html><p>"
    attack.tab.goto(f"http://rebound.example:{attack.tap.port}/rebound")
    read = "([url, options]) => fetch(url, options).then(answer => answer.status)"
    prepared = [attack.url(command, "rebound.example"), options]
    assert attack.tab.evaluate(read, prepared) == 421
    attack.assert_refused()


@pytest.mark.parametrize("kind", ["form", "fetch"])
@pytest.mark.parametrize("command", DESTRUCTIVE)
def test_no_page_ends_the_emulator_or_empties_it(attack: Attack, command: str, kind: str) -> None:
    _, write = KINDS[kind]
    attack.open(write(attack.page(DESTRUCTIVE[command])))
    attack.assert_refused()
