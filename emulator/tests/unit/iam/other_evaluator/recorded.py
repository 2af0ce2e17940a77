"""Questions about the calls that applies, plans and destroys made, with the pipelines' policies.

The lab recorded both: the calls in `lab/go_live/needed_permissions`, and the policies in
`pipeline_policies.json`, which its `tests/terraform/test_pipeline_roles.py` holds against what
Terraform plans.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from localstack_host.services.iam.condition_keys import MULTIVALUED
from tests.unit.iam.other_evaluator.questions import Document, Question

ACCOUNT = "123456789012"  # of the planned policies
CALLS = Path(__file__).parents[5] / "lab" / "go_live" / "needed_permissions"
ENVIRONMENTS = ("dev", "staging", "prod")
EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
}


def questions(environment: str) -> Iterator[Question]:
    """Each call of an environment, by its deploy role, another's, the plan role and a function."""
    for call in _calls(environment):
        for role, identity, boundary in _roles(environment):
            principal = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/run"
            yield Question(principal, **call, identity=identity, boundary=boundary)


def _roles(environment: str) -> Iterator[tuple[str, tuple[Document, ...], Document | None]]:
    policies = _policies()
    for name in (environment, "dev" if environment == "prod" else "prod", "plan"):
        role = "plan" if name == "plan" else f"deploy-{name}"
        both = (policies[name], policies[f"storefront-{name}"])
        yield f"checkout-pipeline-{role}", both, None
    yield f"checkout-{environment}-any", (EVERYTHING,), policies[f"boundary-{environment}"]


@cache
def _policies() -> dict[str, Document]:
    found: dict[str, Document] = json.loads(
        Path(__file__).with_name("pipeline_policies.json").read_text()
    )
    return found


def _calls(environment: str) -> Iterator[dict[str, Any]]:
    text = (CALLS / f"{environment}.json").read_text().replace("ACCOUNT", ACCOUNT)
    for action, recorded in json.loads(text).items():
        context = {key: _values(key, values) for key, values in recorded["keys"].items()}
        for pattern in recorded["resources"]:
            # The record has `*` for what AWS names.
            resource = pattern if pattern == "*" else pattern.replace("*", "1a")
            yield {
                "action": action,
                "resource": resource,
                "account": ACCOUNT,
                "context": context,
            }


def _values(key: str, values: list[str]) -> str | list[str]:
    return values if key in MULTIVALUED else values[0]
