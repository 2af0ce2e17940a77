"""The errors of the control plane, and the responses with which a request to an API is refused."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from localstack_host.localstack_api import CommonServiceException


def not_found(kind: str, name: str = "") -> CommonServiceException:
    """There is no resource of this kind with this ID, which the message has but for a stage's."""
    text = f"Invalid {kind} identifier specified {name}".rstrip()
    return CommonServiceException("NotFoundException", text, HTTPStatus.NOT_FOUND, True)


def bad_request(text: str) -> CommonServiceException:
    """The request cannot be carried out as it is."""
    return CommonServiceException("BadRequestException", text, HTTPStatus.BAD_REQUEST, True)


def conflict(text: str) -> CommonServiceException:
    """Another resource has this name, or needs the resource."""
    return CommonServiceException("ConflictException", text, HTTPStatus.CONFLICT, True)


class Refused(Exception):
    """A request to an API that the gateway answers itself, with `{"message": …}`.

    `why` is for the emulator's log, `told` for the access log, whose lines often are JSON.
    """

    def __init__(
        self,
        status: int,
        message: str,
        headers: Mapping[str, str] | None = None,
        why: str = "",
        told: str = "",
    ) -> None:
        super().__init__(why or message)
        self.status, self.message = status, message
        self.headers = dict(headers or {})
        self.why = why
        self.told = told or (why or message).replace('"', "'")


def no_route() -> Refused:
    """404: the API has no such stage or route, or its default endpoint is disabled."""
    return Refused(404, "Not Found")


def unauthorized(challenge: str | None = None) -> Refused:
    """401: there is no identity, or it is not a valid one."""
    return Refused(401, "Unauthorized", {"www-authenticate": challenge} if challenge else None)


def forbidden(challenge: str | None = None) -> Refused:
    """403: the identity may not call the route."""
    return Refused(403, "Forbidden", {"www-authenticate": challenge} if challenge else None)


def failed(why: str, told: str = "") -> Refused:
    """500: the integration or the authorizer cannot be asked, or its answer cannot be used."""
    return Refused(500, "Internal Server Error", why=why, told=told)


def unavailable(why: str) -> Refused:
    """503: the integration does not answer, or not in its time."""
    return Refused(503, "Service Unavailable", why=why)
