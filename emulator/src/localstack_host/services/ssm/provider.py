"""The entry point PROVIDER_OVERRIDE_SSM=host: LocalStack's Parameter Store, with fixes.

- names, tiers, sizes and patterns are checked (`parameters.py`);
- SecureStrings are encrypted by KMS (`secure_strings.py`);
- a version or label that was asked for is in the answer, pages are as long as they should be;
- events of changes are sent after the change, with its type, and `Update` is one of them.
"""

from __future__ import annotations

import json
from typing import Any

from localstack.services.moto import call_moto_with_request
from localstack.services.ssm.provider import PARAM_PREFIX_SECRETSMANAGER, SsmProvider

from localstack_host.localstack_api import (
    RequestContext,
    Service,
    connect_to,
    falling_back_to_moto,
    handler,
    provides,
)
from localstack_host.services.ssm import parameters, patches, secure_strings

Found = dict[str, Any]
SECURE_STRING = "SecureString"
PAGE = 10  # parameters on a page of DescribeParameters, unless more are asked for


@provides("ssm")
def ssm() -> Service:
    """LocalStack's SSM with the fixes above."""
    patches.apply_patches()
    return falling_back_to_moto(ParameterStore())


class ParameterStore(SsmProvider):
    """SSM, with a Parameter Store that checks and encrypts."""

    @handler("PutParameter", expand=False)
    def put_parameter(  # type: ignore[override] # LocalStack's is not typed so
        self, context: RequestContext, request: Any
    ) -> Any:
        """Stores a new parameter, or a new version of one."""
        parameters.check_name(request["Name"])
        request = {**request, "Name": _plain(request["Name"])}
        before = _latest(context, request["Name"])
        # Otherwise moto refuses it: there is one already, or its type is missing.
        if request.get("Overwrite") if before else request.get("Type"):
            _complete(context, request, before)
        answer = call_moto_with_request(context, request)
        _announce(context, request["Name"], "Update" if before else "Create")
        return answer

    def get_parameter(
        self, context: RequestContext, name: str, with_decryption: Any = None, **rest: Any
    ) -> Any:
        """Returns the latest version, or that with a number or label, `name:selector`."""
        untyped: Any = super()
        answer = untyped.get_parameter(context, name, with_decryption, **rest)
        _finish(context, [answer["Parameter"]], with_decryption, _selector(name))
        return answer

    def get_parameters(
        self, context: RequestContext, names: Any, with_decryption: Any = None, **rest: Any
    ) -> Any:
        """Returns those that exist, also secrets of Secrets Manager, and the other names."""
        secrets = [name for name in names if name.startswith(PARAM_PREFIX_SECRETSMANAGER)]
        selected = [name for name in names if _selector(name) and name not in secrets]
        plain = [name for name in names if name not in secrets and name not in selected]
        found: list[Found] = []
        missing: list[str] = []
        untyped: Any = super()
        for some in filter(None, (plain, *([name] for name in selected))):
            answer = untyped.get_parameters(context, some, with_decryption, **rest)
            _finish(context, answer["Parameters"], with_decryption, _selector(some[0]))
            found += answer["Parameters"]
            missing += answer["InvalidParameters"]
        for name in secrets:
            path = name.removeprefix(f"{PARAM_PREFIX_SECRETSMANAGER}/")
            secret = untyped._get_secrets_information(*_place(context), name, path)
            found += [secret["Parameter"]] if secret else []
            missing += [] if secret else [name]
        asked = {name.strip("/"): name for name in plain}
        for one in found:
            one["Name"] = asked.get(one["Name"].strip("/"), one["Name"])
        return {
            "Parameters": found,
            "InvalidParameters": [asked.get(name.strip("/"), name) for name in missing],
        }

    @handler("GetParametersByPath", expand=False)
    def get_parameters_by_path(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Returns a page of the parameters below a path."""
        parameters.check_path(request["Path"])
        answer: Any = call_moto_with_request(context, request)
        _finish(context, answer["Parameters"], request.get("WithDecryption"))
        return answer

    @handler("GetParameterHistory", expand=False)
    def get_parameter_history(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Returns a page of a parameter's versions."""
        answer: Any = call_moto_with_request(context, request)
        _finish(context, answer["Parameters"], request.get("WithDecryption"))
        for one in answer["Parameters"]:
            _describe_policies(one)
        return answer

    @handler("DescribeParameters", expand=False)
    def describe_parameters(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Returns a page of parameters without their values. moto's pages have ten."""
        start, most = int(request.get("NextToken") or 0), request.get("MaxResults") or PAGE
        found: list[Found] = []
        token: str | None = str(start)
        while token and len(found) <= most:
            following: Any = {**request, "NextToken": token}
            page: Any = call_moto_with_request(context, following)
            found += page["Parameters"]
            token = page.get("NextToken")
        for one in found[:most]:
            one["ARN"] = _arn(context, one["Name"])
            _describe_policies(one)
        rest = {"NextToken": str(start + most)} if len(found) > most else {}
        return {"Parameters": found[:most], **rest}

    @handler("DeleteParameter", expand=False)
    def delete_parameter(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Deletes a parameter and its versions."""
        name = _plain(request["Name"])
        before = _latest(context, name)
        by_name: Any = {"Name": name}
        call_moto_with_request(context, by_name)
        _announce(context, name, "Delete", before)
        return {}

    @handler("DeleteParameters", expand=False)
    def delete_parameters(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Deletes those that exist, and returns their names and the other ones."""
        before = {name: _latest(context, name) for name in request["Names"]}
        answer: Any = call_moto_with_request(context, request)
        for name in answer["DeletedParameters"]:
            _announce(context, name, "Delete", before[name])
        return answer

    @handler("LabelParameterVersion", expand=False)
    def label_parameter_version(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Gives labels to a version, from which no other has them."""
        answer = call_moto_with_request(context, request)
        _announce(context, request["Name"], "LabelParameterVersion")
        return answer


def _complete(context: RequestContext, request: Found, before: Any) -> None:
    """Checks what a version is to be, chooses its tier, and encrypts it."""
    value, kind = request["Value"], request.get("Type") or before.parameter_type
    parameters.check_value(value)
    policies = before.policies if before else None
    if request.get("Policies"):
        policies = request["Policies"] = parameters.policies_of(request["Policies"])
    tier = before.tier if before else None
    request["Tier"] = parameters.tier_of(request.get("Tier"), tier, value, bool(policies))
    if pattern := request.get("AllowedPattern") or (before.allowed_pattern if before else None):
        parameters.check_pattern(pattern, value)
    if kind == SECURE_STRING and value:
        key = request.get("KeyId") or (before.keyid if before else None)
        request["KeyId"] = key or secure_strings.AWS_MANAGED_KEY
        arn = _arn(context, request["Name"])
        request["Value"] = secure_strings.encrypt(request["KeyId"], arn, value)


def _finish(
    context: RequestContext, found: list[Found], with_decryption: Any, selector: str = ""
) -> None:
    """Decrypts what was asked for so; a secret of Secrets Manager is a text already."""
    for one in found:
        if selector:
            one["Selector"] = selector
        if with_decryption and one["Type"] == SECURE_STRING and "SourceResult" not in one:
            arn = _arn(context, one["Name"])
            one["Value"] = secure_strings.decrypt(arn, one["Value"])


def _describe_policies(described: Found) -> None:
    """Policies as AWS has them: a text, a type and a state. moto has each of them three times."""
    if policies := described.get("Policies"):
        described["Policies"] = [
            {
                "PolicyText": json.dumps(one["PolicyText"]),
                "PolicyType": one["PolicyText"]["Type"],
                "PolicyStatus": "Pending",
            }
            for one in policies
        ]


def _selector(name: str) -> str:
    """`:version` or `:label` of a name, which may be an ARN; empty if there is none."""
    path = name.rpartition(":parameter/")[2]
    return path[path.index(":") :] if ":" in path else ""


def _plain(name: str) -> str:
    untyped: Any = SsmProvider
    plain: str = untyped._normalize_name(name)
    return plain


def _place(context: RequestContext) -> tuple[str, str]:
    return context.account_id, context.region


def _arn(context: RequestContext, name: str) -> str:
    path = name if name.startswith("/") else f"/{name}"
    return f"arn:{context.partition}:ssm:{context.region}:{context.account_id}:parameter{path}"


def _latest(context: RequestContext, name: str) -> Any | None:
    """The latest version of a parameter (moto's Parameter), if there is one."""
    from moto.ssm.models import ssm_backends

    versions = ssm_backends[context.account_id][context.region]._parameters.get(name)
    return versions[-1] if versions else None


def _announce(
    context: RequestContext, name: str, operation: str, parameter: Any | None = None
) -> None:
    """Sends an event to the default bus.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html
    """
    stored: Any = parameter or _latest(context, _plain(name))
    detail = {"operation": operation, "name": name, "type": stored.parameter_type}
    if stored.description:
        detail["description"] = stored.description
    events = connect_to(aws_access_key_id=context.account_id, region_name=context.region).events
    events.put_events(
        Entries=[
            {
                "Source": "aws.ssm",
                "DetailType": "Parameter Store Change",
                "Resources": [_arn(context, name)],
                "Detail": json.dumps(detail),
            }
        ]
    )
