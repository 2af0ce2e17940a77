"""Loads modules in a zygote that nearly every function imports."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from localstack_host.services.lambda_.zygote import DIRECT_CALLS
from localstack_host.services.lambda_.zygote.patches import call_directly, share_service_models

# Not awslambdaric's bootstrap and lambda_runtime_client: they read the environment on import.
RUNTIME = (
    "awslambdaric.lambda_config",
    "awslambdaric.lambda_context",
    "awslambdaric.lambda_runtime_exception",
    "awslambdaric.lambda_runtime_log_utils",
    "awslambdaric.lambda_runtime_marshaller",
    "boto3.dynamodb.conditions",
    "boto3.dynamodb.types",
    "botocore.config",
    "botocore.httpsession",
    "botocore.retries.standard",
    "concurrent.futures.thread",
    "dataclasses",
    "decimal",
    "html",
    "http.client",
    "logging.handlers",
    "runpy",
    "runtime_client",
    "secrets",
    "uuid",
    "zoneinfo",
)

# Of libraries in functions' packages. None of them opens files or connections on import.
SHIPPED = (
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.logging",
    "aws_lambda_powertools.metrics",
    "aws_lambda_powertools.tracing",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.data_classes.sqs_event",
    "aws_lambda_powertools.utilities.parameters",
    "aws_lambda_powertools.utilities.typing",
    "aws_lambda_powertools.utilities.validation",
    "fastjsonschema",
    "jwt",
    "typing_extensions",
)

# Services whose models are preloaded: parsing them takes most of the time to create a client.
SERVICES = ("dynamodb", "events", "ses", "sns", "sqs", "ssm", "stepfunctions")


def load_runtime(search: Iterable[str]) -> None:
    """Loads AWS's packages."""
    _load(RUNTIME, search)
    share_service_models(_service_models())
    if os.environ.get(DIRECT_CALLS):
        call_directly()
    _freeze()


def load_shipped(search: Iterable[str]) -> None:
    """Loads those of the known libraries that the function's own folders contain."""
    _load(SHIPPED, search)
    _freeze()


def _load(modules: Iterable[str], search: Iterable[str]) -> None:
    standard = list(sys.path)
    sys.path[:0] = search
    for module in modules:
        with suppress(Exception):  # the error is raised again in the function that imports it
            importlib.import_module(module)
    sys.path[:] = standard
    importlib.invalidate_caches()


def _freeze() -> None:
    """Excludes existing objects from garbage collection, so that their memory stays shared."""
    gc.collect()
    gc.freeze()


def _service_models() -> dict[Any, Any]:
    """Creates clients, which open no connections, and returns the models that they have loaded."""
    from botocore.loaders import Loader
    from botocore.session import Session

    loader = Loader()
    session = Session()
    session.set_credentials("none", "none")
    session.register_component("data_loader", loader)
    for service in SERVICES:
        session.create_client(service, region_name="us-east-1")
    return dict(vars(loader)["_cache"])
