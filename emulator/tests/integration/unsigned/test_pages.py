"""The pages beside AWS's operations: those that are served, and what they cannot read."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from localstack_host.gateway.internal_resources import OWN, SERVED
from tests.integration.unsigned.raw import Raw

ROUTE = re.compile(r'"(/(?:_aws|_localstack)/[^"{}\s]*|/openapi\.yaml)"')


def pages_of_localstack() -> set[str]:
    """Every path of a page that its sources name."""
    spec = find_spec("localstack")
    assert spec
    assert spec.submodule_search_locations
    sources = Path(spec.submodule_search_locations[0]).rglob("*.py")
    return {
        re.sub(r"<[^>]+>", "x", path)
        for source in sources
        for path in ROUTE.findall(source.read_text(errors="replace"))
    }


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_only_the_pages_of_the_list_are_served(raw: Raw, method: str) -> None:
    pages = pages_of_localstack()
    assert {"/_aws/lambda/init", "/_aws/sqs/messages", "/_aws/ses"} <= pages
    unused = [p for p in sorted(pages) if not any(page.has(p, method) for page in SERVED)]
    assert len(unused) > 10
    for path in unused:
        assert OWN.match(path)
        for written in (path, f"/{path}", path.replace("_", "%5F", 1)):
            url = raw.base_url.copy_with(raw_path=written.encode())
            assert raw.request(method, url).status_code == 404, written


def test_health_and_mails_are_served(raw: Raw) -> None:
    assert raw.get("/_localstack/health").is_success
    assert raw.get("/_aws/ses").status_code in (200, 404)  # 404 until SES is used


@pytest.mark.parametrize("body", [b"[1]", b'"x"', b"{" * 100_000, b"\xff"])
def test_what_a_page_cannot_read_is_no_failure(raw: Raw, body: bytes) -> None:
    for method in ("POST", "PUT"):
        for path in ("/_localstack/health", "/_host/calls", "/_host/iam", "/_aws/ses"):
            answer = raw.request(method, path, content=body)
            assert answer.status_code < 500
    assert raw.delete("/_host/calls").is_success


def test_a_mail_that_there_is_not_is_no_failure(raw: Raw) -> None:
    assert raw.delete("/_aws/ses", params={"id": "nope"}).status_code < 500


@pytest.mark.parametrize("path", ["/_host/calls", "/_aws/ses", "/_localstack/health"])
def test_nor_is_a_body_that_only_claims_to_be_compressed(raw: Raw, path: str) -> None:
    for method in ("POST", "PUT", "DELETE"):
        headers = {"Content-Encoding": "gzip"}
        answer = raw.request(method, path, content=b"none", headers=headers)
        assert answer.status_code < 500
    raw.delete("/_host/calls")
