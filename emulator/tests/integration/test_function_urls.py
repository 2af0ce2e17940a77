"""The URL of a function: cookies, and the status of what went wrong."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for

SOURCE = """
def handle(event, context):
    query = event["rawQueryString"]
    if query == "status":
        return {"statusCode": "none", "body": "x"}
    if query == "error":
        raise ValueError(query)
    return {"statusCode": 200, "cookies": ["a=1", "b=2; Secure"], "body": str(event.get("cookies"))}
"""


class Url:
    """The URL of a new function that everybody may invoke."""

    def __init__(self, cloud: Cloud, **settings: Any) -> None:
        self._cloud, client = cloud, cloud.client("lambda")
        self.function = cloud.function(SOURCE)
        config = {"AuthType": "NONE"} | settings
        url = client.create_function_url_config(FunctionName=self.function, **config)
        self._host = httpx.URL(url["FunctionUrl"]).host
        client.add_permission(
            FunctionName=self.function,
            StatementId="everybody",
            Action="lambda:InvokeFunctionUrl",
            Principal="*",
            FunctionUrlAuthType="NONE",
        )

    def ask(self, path: str = "/", method: str = "GET", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.request(
            method, f"{self._cloud.endpoint}{path}", headers={"Host": self._host} | named
        )


def test_cookies_go_both_ways(cloud: Cloud) -> None:
    answer = Url(cloud).ask(cookie="x=1; y=2")
    assert answer.text == "['x=1', 'y=2']"
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2; Secure"]
    assert Url(cloud).ask().text == "None"


@pytest.mark.parametrize("query", ["status", "error"])
def test_a_response_that_is_none_is_502(cloud: Cloud, query: str) -> None:
    answer = Url(cloud).ask(f"/?{query}")
    assert (answer.status_code, answer.text) == (502, "Internal Server Error")


def test_a_throttled_request_is_429(cloud: Cloud) -> None:
    url = Url(cloud)
    client = cloud.client("lambda")
    client.put_function_concurrency(FunctionName=url.function, ReservedConcurrentExecutions=0)
    wait_for(lambda: url.ask().status_code == 429, "it is not throttled")
    assert url.ask().json()["message"] == "Rate Exceeded."
