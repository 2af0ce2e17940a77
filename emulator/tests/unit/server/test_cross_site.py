"""No website commands the emulator: requests that a page makes are refused before all else."""

from __future__ import annotations

import pytest

from localstack_host.server.cross_site import HOSTS_VARIABLE, ORIGINS_VARIABLE, SiteCheck
from localstack_host.server.incoming import Incoming
from localstack_host.server.refusal import Refusal
from tests.unit.server.conftest import Place, Serve

PATHS = ("/", "/_localstack/health", "/_aws/ses", "/_host/calls", "/restapis/a/dev/_user_request_/")

OWN_HOSTS = (
    "localhost",
    "LocalHost",
    "localhost:4566",
    "localhost \t",
    "127.0.0.1:4566",
    "[::1]:4566",
    "localhost.localstack.cloud:4566",
    "s3.localhost.localstack.cloud:4566",
    "abc.execute-api.localhost.localstack.cloud",
    "sync-localhost:4566",
    "streaming-127.0.0.1:4566",
    "data.localhost:4566",
    "sync-localhost.localstack.cloud:4566",
    "http://localhost:4566",
    "https://s3.localhost.localstack.cloud",
)
FOREIGN_HOSTS = (
    "evil.example",
    "evil.example:4566",
    "localhost.evil.example",
    "evil-localhost.localstack.cloud.example",
    "xlocalhost.localstack.cloud",
    "sync-localhost.evil.example",
    "evil.example.localhost",
    "sync-127.0.0.2",
    "localhost:4566@evil.example",
    "evil.example#localhost",
    "0.0.0.0:4566",
    "127.0.0.2",
    "192.168.1.10",
    "[::]",
    "[::ffff:127.0.0.1]",
    "2130706433",
    "localhost.",
    "localhost:",
    "localhost:99999999",
    "localhost, localhost",
    "http://evil.example",
    "http://localhost:4566@evil.example",
    "https://localhost/",
    "http://http://localhost",
    "ftp://localhost",
    "http://",
    "127.0.0.1.nip.io",
    "",
)
NO_NAMES = {
    "a label of 64 letters": "a" * 64 + ".s3-website.localhost.localstack.cloud",
    "a label of 100 letters": "a" * 100 + ".s3-website.localhost.localstack.cloud:4566",
    "a name of 254 letters": "a." * 113 + "ab.localhost.localstack.cloud",
    "no label": ".localhost.localstack.cloud",
    "two dots": "a..b.localhost.localstack.cloud",
    "an umlaut that is none": "xn--99999999999.localhost.localstack.cloud",
}
OWN = {
    "no browser": "",
    "an address that was typed": "Sec-Fetch-Site: none\r\n",
    "a page of this server": "Sec-Fetch-Site: same-origin\r\nOrigin: http://localhost:4566\r\n",
    "an old browser's own page": "Origin: http://localhost:4566\r\nUser-Agent: Mozilla/5.0\r\n",
    "an SDK": "User-Agent: Boto3/1.40 md/Botocore#1.40\r\n",
}
FOREIGN = {
    "an image": "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n",
    "a navigation": "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n",
    "a page in advance": "Sec-Fetch-Site: none\r\nSec-Purpose: prefetch;prerender\r\n",
    "a page in advance, as it was said before": "Sec-Fetch-Site: none\r\nPurpose: prefetch\r\n",
    "a page in advance, as Firefox says it": "Sec-Fetch-Site: none\r\nX-Moz: prefetch\r\n",
    "the player of a browser": "User-Agent: AppleCoreMedia/1.0.0.19E287 (Macintosh)\r\n",
    "a browser that does not say": "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n",
    "another port": "Sec-Fetch-Site: same-site\r\n",
    "an unknown relation": "Sec-Fetch-Site: new-site\r\n",
    "an empty relation": "Sec-Fetch-Site:\r\n",
    "two relations": "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n",
    "a form": "Origin: http://evil.example\r\n",
    "a sandboxed frame": "Origin: null\r\n",
    "a file": "Origin: file://\r\n",
    "an extension": "Origin: chrome-extension://abc\r\n",
    "another local port": "Origin: http://localhost:8888\r\n",
    "another name of this machine": "Origin: http://127.0.0.1:4566\r\n",
    "a name that begins alike": "Origin: http://localhost:4566.evil.example\r\n",
    "LocalStack's own site": "Origin: https://app.localstack.cloud\r\n",
    "an empty origin": "Origin:\r\n",
    "a foreign origin that claims to be ours": (
        "Origin: http://evil.example\r\nSec-Fetch-Site: same-origin\r\n"
    ),
}


def status(place: Place, head: str, method: str = "GET", path: str = "/") -> int:
    return place.ask(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1")).status


@pytest.mark.parametrize("host", NO_NAMES.values(), ids=NO_NAMES)
def test_what_no_host_can_be_called_is_malformed(host: str, place: Place) -> None:
    reply = place.ask(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert (reply.status, place.requests) == (400, [])
    assert host[:20] in reply.body.decode()  # it says which


def test_a_label_may_have_63_letters(place: Place) -> None:
    host = "a" * 63 + ".s3-website.localhost.localstack.cloud"
    assert place.ask(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).status == 200


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_every_name_of_this_machine_is_answered(host: str, place: Place) -> None:
    assert status(place, f"Host: {host}\r\n") == 200


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_host_that_is_not_this_machine_gets_421(host: str, place: Place) -> None:
    assert status(place, f"Host: {host}\r\n") == 421
    assert place.requests == []


@pytest.mark.parametrize("host", ["sync-localhost:4566", "data.localhost:4566"])
@pytest.mark.parametrize(
    "sent", ["Origin: http://{}", "Sec-Fetch-Site: same-origin", "User-Agent: Mozilla/5.0"]
)
def test_a_prefix_is_for_sdks_and_a_browser_gets_421(host: str, sent: str, place: Place) -> None:
    assert status(place, f"Host: {host}\r\n{sent.format(host)}\r\n", "POST") == 421
    assert place.requests == []
    assert status(place, f"Host: {host}\r\nUser-Agent: Boto3/1.40\r\n", "POST") == 200


def test_a_target_with_a_foreign_host_gets_421(place: Place) -> None:
    assert status(place, "Host: localhost\r\n", path="http://evil.example/") == 421
    assert status(place, "Host: localhost\r\n", path="http://localhost:4566/a?b") == 200


@pytest.mark.parametrize("head", OWN.values(), ids=OWN)
def test_what_the_user_asks_for_is_answered(head: str, place: Place) -> None:
    for path in PATHS:
        assert status(place, f"Host: localhost:4566\r\n{head}", path=path) == 200


@pytest.mark.parametrize("head", FOREIGN.values(), ids=FOREIGN)
def test_what_another_site_asks_for_is_refused_on_every_path(head: str, serve: Serve) -> None:
    place = serve()
    for path in PATHS:
        for method in ("GET", "POST", "HEAD", "OPTIONS"):
            client = place.client().send(
                f"{method} {path} HTTP/1.1\r\nHost: localhost:4566\r\n{head}\r\n".encode()
            )
            reply = client.reply(method)
            client.socket.close()
            assert reply.status == 403
            assert not [name for name in reply.headers if name.lower().startswith("access-control")]
    assert place.requests == []


def test_a_foreign_request_is_refused_before_its_body_is_read(place: Place) -> None:
    head = "Host: localhost\r\nOrigin: http://evil.example\r\nContent-Length: 1000\r\n"
    assert status(place, head, "POST") == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/"),
        ("PUT", "/bucket"),
        ("DELETE", "/_aws/ses"),
        ("GET", "/?Action=CreateQueue&QueueName=a"),
        ("GET", "/?a=b&action=CreateQueue"),
        ("GET", "/?%41ctio%6e=CreateQueue"),
        ("GET", "/?X-Amz-Credential=test%2F20260101%2Fus-east-2%2Fsqs%2Faws4_request"),
        ("GET", "/bucket/key?AWSAccessKeyId=test&Signature=a"),
    ],
)
def test_a_link_may_show_something_and_not_command(method: str, path: str, place: Place) -> None:
    begun_by_the_user = "Host: localhost\r\nSec-Fetch-Site: none\r\n"
    assert status(place, begun_by_the_user, method, path) == 403
    assert place.requests == []
    assert status(place, "Host: localhost\r\n", method, path) == 200


def test_the_user_adds_names_and_sites() -> None:
    check = SiteCheck.of(
        {
            HOSTS_VARIABLE: "localstack, my-laptop.lan",
            ORIGINS_VARIABLE: "http://a:3000",
        }
    )
    check.check(head(Host="LOCALSTACK:4566"))
    check.check(head(Host="my-laptop.lan"))
    site = {"Origin": "http://A:3000", "Sec-Fetch-Site": "cross-site"}
    check.check(head(Host="localhost", **site))
    for foreign in (
        {"Host": "localstack.evil.example"},
        {"Host": "localhost", "Origin": "http://a:3001"},
        {"Host": "localhost", "Sec-Fetch-Site": "cross-site"},
    ):
        with pytest.raises(Refusal):
            check.check(head(**foreign))


def head(**headers: str) -> Incoming:
    """A request with these headers."""
    request = Incoming(method="POST")
    for name, value in headers.items():
        request.add_header(name.encode(), value.encode())
    return request


def test_nothing_is_added_by_default() -> None:
    assert (
        SiteCheck.of({})
        == SiteCheck.of({HOSTS_VARIABLE: " , ", ORIGINS_VARIABLE: ""})
        == SiteCheck()
    )
