"""Which targets of rules are refused, before any of them is stored.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
LocalStack stores targets, checks a part of them after that, and answers 500 for other services.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from localstack.aws.api.events import LimitExceededException
from localstack.services.events.models import ValidationException
from localstack.services.events.target import TargetSenderFactory

from localstack_host.gateway import constraints
from localstack_host.services.events import input_transformer

MOST = 5
INPUTS = ("Input", "InputPath", "InputTransformer")
WITH_ROLE = frozenset({"kinesis", "states"})
# Services that AWS sends events to, and LocalStack does not.
OF_AWS_ONLY = frozenset(
    {"codebuild", "codepipeline", "ec2", "glue", "imagebuilder", "inspector", "inspector2"}
    | {"redshift-serverless", "ssm-incidents"}
)
VARIABLE_NAME = re.compile(r"[A-Za-z0-9_\-]{1,256}")
NAME_CONSTRAINT = (
    "Map keys must satisfy constraint: [Member must have length less than or equal to 256, Member"
    " must have length greater than or equal to 1, Member must satisfy regular expression pattern:"
    r" [A-Za-z0-9\_\-]+]"
)


def check(rule: Any, request: Mapping[str, Any], shape: Any) -> None:
    """Raises the exceptions of PutTargets for a request for a rule (LocalStack's)."""
    if message := _broken(request, shape):
        raise ValidationException(message)
    targets = request["Targets"]
    for target in targets:
        _check(target)
        # Checks what a template refers to.
        TargetSenderFactory(
            target, rule.arn, rule.name, rule.region, rule.account_id
        ).get_target_sender()
    if len(rule.targets.keys() | {target["Id"] for target in targets}) > MOST:
        raise LimitExceededException("The requested resource exceeds the maximum number allowed.")


def without(targets: Iterable[Any], failed: Iterable[Any]) -> list[Any]:
    """The targets but those of failed entries."""
    ids = {entry["TargetId"] for entry in failed}
    return [target for target in targets if target["Id"] not in ids]


def _broken(request: Mapping[str, Any], shape: Any) -> str:
    broken = [*constraints.violations(request, shape), *_wrong_names(request.get("Targets") or [])]
    return constraints.detected(broken) if broken else ""


def _wrong_names(targets: Iterable[Any]) -> Iterator[str]:
    for number, target in enumerate(targets, start=1):
        names = (target.get("InputTransformer") or {}).get("InputPathsMap") or {}
        if not all(VARIABLE_NAME.fullmatch(name) for name in names):
            path = f"targets.{number}.member.inputTransformer.inputPathsMap"
            yield constraints.violation(path, NAME_CONSTRAINT)


def _check(target: Mapping[str, Any]) -> None:
    name, service = target["Id"], _service_of(target["Arn"])
    if service in WITH_ROLE and not target.get("RoleArn"):
        raise ValidationException(f"RoleArn is required for target {target['Arn']}.")
    if sum(target.get(kind) is not None for kind in INPUTS) > 1:
        raise ValidationException(
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {name}."
        )
    if target.get("Input"):
        _require_json(target["Input"], f"JSON syntax error in input for target {name}:")
    template = (target.get("InputTransformer") or {}).get("InputTemplate", "")
    if template.lstrip().startswith(("{", "[")):
        filled = input_transformer.with_empty_texts(template)
        _require_json(filled, f"Invalid InputTemplate for target {name} :")


def _service_of(arn: str) -> str:
    """The service of a target's ARN. Raises ValidationException for one that can be no target."""
    parts = arn.split(":", 5)
    is_arn = len(parts) == 6 and parts[0] == "arn" and parts[1].startswith("aws") and parts[5]
    service = parts[2] if is_arn else ""
    if service in OF_AWS_ONLY:
        raise ValidationException(f"This emulator sends no events to targets of {service}: {arn}")
    if service not in TargetSenderFactory.target_map:
        raise ValidationException(
            f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
        )
    return service


def _require_json(text: str, problem: str) -> None:
    try:
        json.loads(text, strict=False)
    except ValueError as error:
        where = f"line: {getattr(error, 'lineno', 1)}, column: {getattr(error, 'colno', 1)}"
        raise ValidationException(f'{problem} [Source: (String)"{text}"; {where}]') from error
