"""A request that goes no further than the server, and what its client is told."""

from __future__ import annotations

from http import HTTPStatus


class Refusal(Exception):
    """Ends a connection with an answer: the status, and a sentence that says why and what to do."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason

    def answer(self, with_body: bool = True) -> bytes:
        """The whole response. No page may show or read it as anything but text."""
        body = f"{self.reason}\n".encode()
        head = [
            f"HTTP/1.1 {self.status.value} {self.status.phrase}",
            "Content-Type: text/plain; charset=utf-8",
            "X-Content-Type-Options: nosniff",
            f"Content-Length: {len(body)}",
            "Connection: close",
        ]
        if self.status == HTTPStatus.SERVICE_UNAVAILABLE:
            head.append("Retry-After: 1")
        return "\r\n".join([*head, "", ""]).encode() + (body if with_body else b"")


def malformed(reason: str) -> Refusal:
    """The refusal of what is not HTTP/1.1, or could be read in two ways."""
    return Refusal(HTTPStatus.BAD_REQUEST, f"Malformed request: {reason}.")


def shown(value: bytes, most: int = 80) -> str:
    """Something that a client sent, so that it can stand in a sentence."""
    text = value[:most].decode("latin-1").encode("unicode_escape").decode()
    return f"'{text}{'...' if len(value) > most else ''}'"
