"""The response to a request that the server refuses."""

from __future__ import annotations

from http import HTTPStatus


class Refusal(Exception):
    """Ends a connection with a response: a status, and the reason with what to do about it."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason

    def response(self, with_body: bool = True) -> bytes:
        """The whole response. Its headers prevent browsers from showing it as anything but text."""
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
    """The refusal of a request that is not valid HTTP/1.1, or is ambiguous."""
    return Refusal(HTTPStatus.BAD_REQUEST, f"Malformed request: {reason}.")


def shown(value: bytes, most: int = 80) -> str:
    """The beginning of a value that a client sent, quoted and escaped for a message."""
    text = value[:most].decode("latin-1").encode("unicode_escape").decode()
    return f"'{text}{'...' if len(value) > most else ''}'"
