"""Fuzzes an operation of the API by its OpenAPI document."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from lab.console.drawing.shown import Shown
from lab.core import paths
from lab.lessons.tabular import table

Answer = tuple[int, Mapping[str, Any]]
Handler = Callable[[str], Answer]
SHOWN = 70


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    method: str
    path: str
    token: str
    answers: str


@dataclass(frozen=True)
class Found:
    """A violation of the document: the check, the response status, the body, and the count."""

    promise: str
    status: int
    body: str
    times: int = 1


@dataclass(frozen=True, repr=False)
class Findings(Shown):
    """The number of requests, the response statuses, and every kind of violation."""

    requests: int
    statuses: Mapping[int, int]
    found: tuple[Found, ...]

    def html(self) -> str:
        """A summary, and a row for each kind."""
        return f"<div>{self._summary()}</div>{table(self.found).html() if self.found else ''}"

    def text(self) -> str:
        """The same in plain text."""
        return "\n".join([self._summary(), *([table(self.found).text()] if self.found else [])])

    def _summary(self) -> str:
        statuses = ", ".join(
            f"{count} x {status}" for status, count in sorted(self.statuses.items())
        )
        kinds = f"{len(self.found)} kind{'' if len(self.found) == 1 else 's'} of broken promises"
        return f"{self.requests} requests ({statuses}): {kinds}"


@cache
def document() -> dict[str, Any]:
    """The published OpenAPI document."""
    file = paths.FUNCTIONS / "checkout_api" / "openapi.json"
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content


def operations() -> list[Operation]:
    """All operations of the API, whether they need a token, and their response statuses."""
    return [
        Operation(
            method.upper(),
            path,
            "token" if operation.get("security") else "",
            " ".join(sorted(operation["responses"])),
        )
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


@dataclass
class Notes:
    """The records of a fuzzing run."""

    statuses: dict[int, int] = field(default_factory=dict)
    found: dict[tuple[str, int], Found] = field(default_factory=dict)

    def answered(self, status: int) -> None:
        """Counts a response."""
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def broken(self, promise: str, status: int, body: str) -> None:
        """Counts a violation, and keeps the shortest body that causes it."""
        known = self.found.get((promise, status), Found(promise, status, body, 0))
        shorter = min(known.body, body[:SHOWN], key=len)
        self.found[promise, status] = Found(promise, status, shorter, known.times + 1)


def fuzz(base_url: str, path: str, method: str = "POST", examples: int = 20) -> Findings:
    """Sends `examples` valid and as many invalid requests, always the same ones."""
    import hypothesis
    from schemathesis import Case, GenerationMode

    notes = Notes()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @hypothesis.given(case=_operation(path, method).as_strategy(generation_mode=mode))
        @hypothesis.settings(
            max_examples=examples,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        def send(case: Case[Any]) -> None:
            _send(case, base_url, notes)

        send()
    return Findings(sum(notes.statuses.values()), notes.statuses, tuple(notes.found.values()))


def _operation(path: str, method: str) -> Any:
    import schemathesis

    config = schemathesis.Config()
    config.projects.default.generation.update(
        modes=list(schemathesis.GenerationMode),
        with_security_parameters=False,
        allow_extra_parameters=False,
    )
    return schemathesis.openapi.from_dict(document(), config=config)[path][method]


def _send(case: Any, base_url: str, notes: Notes) -> None:
    import schemathesis
    from schemathesis.core.failures import Failure, FailureGroup
    from schemathesis.specs.openapi import checks

    promises = [
        schemathesis.checks.not_a_server_error,
        checks.status_code_conformance,
        checks.negative_data_rejection,
    ]
    response = case.call(base_url=base_url)
    notes.answered(response.status_code)
    try:
        case.validate_response(response, checks=promises)
    except FailureGroup as group:
        for error in group.exceptions:
            notes.broken(error.title, response.status_code, _body(case))
    except Failure as error:
        notes.broken(error.title, response.status_code, _body(case))


def _body(case: Any) -> str:
    return json.dumps(case.body, ensure_ascii=True, default=str)


@contextmanager
def served(handler: Handler) -> Iterator[str]:
    """Serves `handler(body text) -> (status, JSON)` for every POST; yields the base URL."""
    server = HTTPServer(("127.0.0.1", 0), _requests(handler))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _requests(handler: Handler) -> type[BaseHTTPRequestHandler]:
    class Requests(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = answer(handler, text.decode("utf-8", "surrogateescape"))
            kind = "json" if status < 400 else "problem+json"
            self.send_response(status)
            self.send_header("Content-Type", f"application/{kind}")
            self.end_headers()
            self.wfile.write(json.dumps(body, default=str).encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Logs nothing, because the output would appear in the cell."""

    return Requests


def answer(handler: Handler, text: str) -> Answer:
    """The response of the handler; 500 if it raises, as API Gateway and Lambda return."""
    try:
        status, body = handler(text)
    except Exception as error:
        return 500, {"title": type(error).__name__}
    return status, body


def naive(text: str) -> Answer:
    """A naive `POST /quotes`, correct for valid requests only."""
    body = json.loads(text)
    return 200, {"total": sum(PRICES.get(i["sku"], 1000) * i["quantity"] for i in body["items"])}


PRICES = {"TEA-SENCHA-100": 1850}
"""Prices in cents for `naive`; every other product costs ten dollars."""


class OurMistake(Exception):
    """An error of the shop itself."""


class _Broken(dict[str, int]):
    def get(self, *_: Any) -> Any:
        raise OurMistake("The prices cannot be read")


UNREADABLE, SENSELESS = '{"items": [', '{"items": [{"sku": "TEA-SENCHA-100", "quantity": 0}]}'


def not_careful(handler: Handler) -> str:
    """The problem of a handler's error handling; empty if there is none."""
    for text in (UNREADABLE, SENSELESS):
        status, code = _refusal(text)
        response = answer(handler, text)
        if (response[0], dict(response[1]).get("code")) != (status, code):
            return f"To {text} it answers {response}; the table has {status} and {code!r} for it."
    status, _ = _with_broken_prices(handler)
    if status in range(400, 500):
        return f"When our own code breaks, it says {status}, as if the client were to blame."
    return ""


def _refusal(text: str) -> tuple[int, str]:
    """The status and code of the shop's own response to an invalid body."""
    from checkout_api import problems, requests

    try:
        requests.read_body(text, "QuoteRequest")
    except tuple(problems.PROBLEMS) as error:
        no = problems.from_error(error, "/quotes")
        return no.status_code, str(json.loads(no.body or "{}")["code"])
    raise ValueError(f"The document allows {text}")


def _with_broken_prices(handler: Handler) -> Answer:
    """The response to a valid request while the prices cannot be read."""
    original = dict(PRICES)
    globals()["PRICES"] = _Broken()
    try:
        return answer(handler, '{"items": [{"sku": "TEA-SENCHA-100", "quantity": 2}]}')
    finally:
        globals()["PRICES"] = original
