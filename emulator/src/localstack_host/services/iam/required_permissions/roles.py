"""Roles that a request hands to a service, each of which requires iam:PassRole.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from localstack.utils.json import parse_json_or_yaml
from localstack.utils.strings import to_str

from localstack_host.services.iam.required_permissions.permission import Params, Permission

ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/.+")
NAMED = re.compile(r"(role|rolearn|credentials|credentialsarn|snscallerarn)$", re.IGNORECASE)
# In an OpenAPI document, of an integration and of an authorizer.
NAMED_IN_DOCUMENT = re.compile(r"(authorizerC|c)redentials")
# Operations with a document, and the name of its parameter.
DOCUMENTS = {
    "ImportApi": "Body",
    "ImportRestApi": "body",
    "PutRestApi": "body",
    "ReimportApi": "Body",
}
# Two members of a structure that are the name of a setting and its value.
PAIRS = (("path", "value"), ("AttributeName", "AttributeValue"))
# The names of stage variables, which are the user's own.
OWN_NAMES = "/variables/"
# IAM and STS manage and assume roles; the others only search for them, or name who may call.
NOT_PASSED_TO = ("iam", "sts")
PASSING = ("Create", "Import", "Put", "Register", "Reimport", "Set", "Update")


def passed(prefix: str, operation: str, params: Params) -> Iterator[Permission]:
    """A permission for each role among the parameters."""
    if prefix in NOT_PASSED_TO or not operation.startswith(PASSING):
        return
    service = (f"{prefix}.amazonaws.com",)
    found = [*_roles(params, NAMED)]
    if document := params.get(DOCUMENTS.get(operation, "")):
        found += _roles(_parsed(document), NAMED_IN_DOCUMENT)
    for arn in dict.fromkeys(found):
        yield Permission("iam:PassRole", arn, (("iam:passedtoservice", service),))


def _roles(params: Any, named: re.Pattern[str]) -> Iterator[str]:
    """The roles among values with such names, at any depth."""
    left: list[tuple[str, Any]] = [("", params)]
    while left:
        name, value = left.pop()
        if isinstance(value, Mapping):
            left += ((str(inner), part) for inner, part in value.items())
            left += _pairs(value)
        elif isinstance(value, list):
            left += ((name, part) for part in value)
        elif isinstance(value, str) and named.search(name) and ROLE.fullmatch(value):
            yield value


def _pairs(structure: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, of in PAIRS:
        name = str(structure.get(key, ""))
        if not name.startswith(OWN_NAMES):
            yield name, structure.get(of)


def _parsed(document: str | IO[bytes]) -> Any:
    """The content of a document in JSON or YAML. Nothing of one that is neither: it is refused."""
    if isinstance(document, str):
        text = document
    else:
        text = to_str(document.read())
        document.seek(0)  # for the operation
    try:
        return parse_json_or_yaml(text)
    except Exception:  # of two parsers
        return None
