"""Calls of the services' APIs, as universal targets name them.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from botocore import xform_name

UNIVERSAL = "arn:aws:scheduler:::aws-sdk:"
# AWS has the names of its SDK for Java, and botocore others for these.
BOTOCORE_NAMES = {
    "cloudwatchevents": "events",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "configservice": "config",
    "eventbridge": "events",
    "sfn": "stepfunctions",
}


class NoSuchCall(Exception):
    """Raised for a service or an operation that there is not."""


class RefusedEntry(Exception):
    """Raised if EventBridge does not take an event."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Call:
    """A call: the names of the service and the operation, and the request (as JSON has it)."""

    service: str
    action: str
    request: dict[str, Any]

    @property
    def arn(self) -> str:
        """The call as a universal target."""
        return f"{UNIVERSAL}{self.service}:{self.action}"

    def send(self, connect: Any) -> None:
        """Makes the call, with a factory of clients.

        Raises botocore's errors, `NoSuchCall` and `RefusedEntry`.
        """
        model = _model(self.service)
        operation = _operation(model, self.action)
        request = fitted(self.request, model.operation_model(operation).input_shape)
        client = connect.get_client(model.service_name)
        response = getattr(client, xform_name(operation))(**request)
        if operation == "PutEvents":
            _require_all(response["Entries"])


def _require_all(entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        if code := entry.get("ErrorCode"):
            raise RefusedEntry(code, entry.get("ErrorMessage", ""))


@lru_cache
def _model(service: str) -> Any:
    from localstack.aws.spec import get_service_catalog, load_service

    names = {name.replace("-", ""): name for name in get_service_catalog().service_names}
    name = BOTOCORE_NAMES.get(service) or names.get(service)
    if name is None:
        raise NoSuchCall(f"There is no service {service}.")
    return load_service(name)


def _operation(model: Any, action: str) -> str:
    names: dict[str, str] = {name.lower(): name for name in model.operation_names}
    if action.lower() not in names:
        raise NoSuchCall(f"{model.service_name} has no operation {action}.")
    return names[action.lower()]


def fitted(value: Any, shape: Any) -> Any:
    """A request with botocore's names and types: those of some services begin with a small letter.

    Text becomes bytes where a service takes bytes, and JSON becomes text where it takes text.
    """
    match getattr(shape, "type_name", None), value:
        case "structure", dict():
            members = {name.lower(): name for name in shape.members}
            named = {members.get(name.lower(), name): part for name, part in value.items()}
            return {name: fitted(part, shape.members.get(name)) for name, part in named.items()}
        case "list", list():
            return [fitted(part, shape.member) for part in value]
        case "map", dict():
            return {name: fitted(part, shape.value) for name, part in value.items()}
        case "blob", str():
            return value.encode()
        case "blob", _:
            return json.dumps(value).encode()
        case "string", dict() | list():
            return json.dumps(value)
    return value
