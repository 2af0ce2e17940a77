"""What the learner does in a browser works as before."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page as Tab

from tests.browser import chromium
from tests.browser.belongings import Belongings
from tests.browser.conftest import Watch
from tests.browser.tap import Tap

pytestmark = chromium.NEEDED

ORDER = "/_aws/execute-api/{api}/v1/orders"
STATUS_OF_A_POST = "path => fetch(path, {method: 'POST', body: '{}'}).then(a => a.status)"


def test_an_address_that_is_typed_shows_the_health_of_the_emulator(tab: Tab, tap: Tap) -> None:
    answer = tab.goto(f"http://localhost:{tap.port}/_localstack/health")
    assert answer is not None
    assert answer.status == 200
    assert "services" in answer.json()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_an_address_that_is_typed_shows_the_page_of_an_api(
    tab: Tab, tap: Tap, belongings: Belongings, host: str
) -> None:
    tab.goto(f"http://{host}:{tap.port}{ORDER.format(api=belongings.api)}")
    assert tab.text_content("h1") == "Hello"


@pytest.mark.parametrize("host", ["localhost.localstack.cloud", "s3.localhost.localstack.cloud"])
def test_where_a_browser_does_not_say_who_asks_it_shows_which_address_to_use(
    tab: Tab, tap: Tap, belongings: Belongings, host: str
) -> None:
    answer = tab.goto(f"http://{host}:{tap.port}/{belongings.bucket}/page.html")
    assert answer is not None
    assert answer.status == 403
    assert "Open http://localhost:" in str(tab.text_content("body"))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_page_of_an_api_orders_at_its_own_api(
    tab: Tab, tap: Tap, watch: Watch, belongings: Belongings, host: str
) -> None:
    before, at = belongings.messages(), ORDER.format(api=belongings.api)
    tab.goto(f"http://{host}:{tap.port}{at}")
    assert tab.evaluate(STATUS_OF_A_POST, at) == 200
    assert watch.changed() == {"messages": before + 1}


def test_a_page_in_a_bucket_reads_what_else_is_there(
    tab: Tab, tap: Tap, belongings: Belongings
) -> None:
    tab.goto(f"http://localhost:{tap.port}/{belongings.bucket}/page.html")
    assert "Hello" in tab.evaluate("fetch(location.href).then(answer => answer.text())")
