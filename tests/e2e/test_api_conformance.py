"""The deployed API keeps to openapi.json, whatever schemathesis makes of it.

Valid and invalid requests are generated from the document, always the same ones. No answer may be
a 5xx, have a status, media type, header or body that the document does not promise, accept what
the document forbids, or let anybody in without a token.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import schemathesis
from schemathesis import Case, Config, GenerationMode
from schemathesis.specs.openapi import checks

from lab.core.paths import FUNCTIONS
from lab.shop import tokens
from tests.deployed_shop import DeployedShop

EXAMPLES = 25  # for each operation
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
    checks.ignored_auth,
]


def as_in_production() -> dict[str, Any]:
    """The document without the failure switches: a broken compensation would stay broken."""
    text = (FUNCTIONS / "checkout_api" / "openapi.json").read_text("utf-8")
    document: dict[str, Any] = copy.deepcopy(json.loads(text))
    schemas = document["components"]["schemas"]
    del schemas["CheckoutRequest"]["properties"]["simulate"]
    return document


def configuration(*, limits: bool) -> Config:
    """Requests that walk along the limits of the schemas, or random ones."""
    config = Config()
    phases = config.projects.default.phases
    phases.coverage.enabled, phases.fuzzing.enabled = limits, not limits
    config.projects.default.generation.update(
        modes=list(GenerationMode),
        max_examples=EXAMPLES,
        deterministic=True,
        with_security_parameters=False,
        allow_extra_parameters=False,  # the API ignores query parameters that it does not know
    )
    return config


def documented(*, limits: bool) -> Any:
    return schemathesis.openapi.from_dict(as_in_production(), config=configuration(limits=limits))


@documented(limits=False).parametrize()
def test_the_api_keeps_to_its_document(case: Case, shop: DeployedShop) -> None:
    call_and_validate(case, shop)


@pytest.mark.exhaustive
@documented(limits=True).parametrize()
def test_the_api_keeps_to_its_document_at_every_limit(case: Case, shop: DeployedShop) -> None:
    call_and_validate(case, shop)


def call_and_validate(case: Case, shop: DeployedShop) -> None:
    token = tokens.mint(shop.target, "schemathesis")
    case.call_and_validate(
        base_url=shop.base_url,
        headers={"Authorization": f"Bearer {token}"},
        checks=CHECKS,
    )
