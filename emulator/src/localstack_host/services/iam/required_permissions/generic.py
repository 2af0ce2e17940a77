"""The general rule: AWS's table of actions, with the request's parameters substituted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localstack_host.services.iam.required_permissions.action_table import (
    PLACEHOLDER,
    action_of,
    pattern_of,
    placeholders_of,
    template_of,
)
from localstack_host.services.iam.required_permissions.permission import (
    NotUnderstood,
    Params,
    Permission,
    Permissions,
    Place,
)

# Operations whose resource has no name yet, or has many: AWS chooses it, or lists all of them.
WITHOUT_A_NAME = ("Create", "Describe", "List", "Put")
SCOPES = {"REGIONAL": "regional", "CLOUDFRONT": "global"}  # WAF's, in ARNs
Values = Mapping[str, list[str]]


def needs(prefix: str, operation: str, params: Params, place: Place) -> Permissions:
    """The action of the operation, on the resources in its parameters."""
    action = action_of(prefix, operation)
    if action is None:
        raise NotUnderstood(f"IAM has no action {prefix}:{operation}")
    resources = tuple(resources_of(prefix, operation, action, params, place))
    return [Permission(f"{prefix}:{action['name']}", resource) for resource in resources]


def resources_of(
    prefix: str, operation: str, action: Any, params: Params, place: Place
) -> list[str]:
    """The resources that the parameters name; `*` for an action on no single resource."""
    types = action["resourceTypes"]
    if not types:
        return ["*"]
    texts = texts_of(params)
    found = [
        arn
        for kind in types
        for arn in _named(prefix, kind["name"], operation, texts, place, len(types) == 1)
    ]
    found += [arn for arn in _arns(texts) if any(_is_of(arn, prefix, kind) for kind in types)]
    return list(dict.fromkeys(found)) or _without_a_name(prefix, operation, types, texts, place)


def texts_of(params: Params) -> dict[str, list[str]]:
    """The texts among the parameters, and one level below, by their names in lower case."""
    texts: dict[str, list[str]] = {}
    for name, value in _flat(params):
        listed = value if isinstance(value, list) else [value]
        if listed and all(isinstance(text, str) and text for text in listed):
            texts.setdefault(name.lower(), listed)
    return texts


def _flat(params: Params) -> Iterator[tuple[str, Any]]:
    nested = [value for value in params.values() if isinstance(value, dict)]
    for level in (params, *nested):
        yield from level.items()


def _named(
    prefix: str, kind: str, operation: str, texts: Values, place: Place, only: bool
) -> list[str]:
    """The ARNs of this type of resource, if the parameters have all its parts."""
    template = template_of(prefix, kind)
    names = placeholders_of(template)
    values = {name: found for name in names if (found := _values(name, kind, operation, texts))}
    if only and len(names) == 1 and not values and texts.get("name"):
        values = {names[0]: texts["name"]}
    if not names or len(values) < len(names):
        return []
    first, *_ = names
    return [
        value
        if value.startswith("arn:")
        else filled(template, _one(values) | {first: value}, place)
        for value in values[first]
    ]


def _values(name: str, kind: str, operation: str, texts: Values) -> list[str]:
    """The values of a placeholder. Some differ from parameters: BucketName is Bucket in requests.

    CreateTopic has the name of its topic in `Name`, and StartLogging that of its trail.
    """
    plain = name.removesuffix("WithPath")
    stem = plain.removesuffix("Name").removesuffix("Id")
    candidates = [name, plain, stem, f"{stem}Arn", f"{plain}s", f"{kind}Arn"]
    if kind.replace("-", "").lower() in operation.lower():
        candidates += ["Name"] if plain.endswith("Name") else []
    found = next((texts[c.lower()] for c in candidates if c.lower() in texts), [])
    return [SCOPES.get(text, text) for text in found] if name == "Scope" else found


def _one(values: Values) -> dict[str, str]:
    return {name: found[0] for name, found in values.items()}


def filled(template: str, values: Mapping[str, str], place: Place) -> str:
    """The ARN of a template; what is not known is any."""
    here = {"Partition": place.partition, "Region": place.region, "Account": place.account}
    known = here | dict(values)
    return PLACEHOLDER.sub(lambda match: known.get(match[1], "*"), template)


def _arns(texts: Values) -> Iterator[str]:
    yield from (text for found in texts.values() for text in found if text.startswith("arn:"))


def _is_of(arn: str, prefix: str, kind: Any) -> bool:
    return pattern_of(template_of(prefix, kind["name"])).fullmatch(arn) is not None


def _without_a_name(
    prefix: str, operation: str, types: list[Any], texts: Values, place: Place
) -> list[str]:
    required = [kind["name"] for kind in types if kind["required"]]
    if not required:
        return ["*"]
    found = []
    for kind in required:
        template = template_of(prefix, kind)
        names = placeholders_of(template)
        known = {n: f[0] for n in names if (f := _values(n, kind, operation, texts))}
        if not known and not operation.startswith(WITHOUT_A_NAME):
            raise NotUnderstood(f"the resource of {prefix}:{operation} cannot be determined")
        found.append(filled(template, known, place))
    return found
