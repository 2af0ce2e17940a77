"""The complete environment of LocalStack's process. Only listed variables are inherited."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from localstack_host.host import (
    file_permissions,
    paths,
    ports,
    service_selection,
    settings,
    wrapper,
)
from localstack_host.host.wrapper import variable
from localstack_host.server.cross_site import HOSTS_VARIABLE, ORIGINS_VARIABLE

IAM_VARIABLE = variable("IAM")
OWNER_VARIABLE = variable("OWNER")
NAME = "host"
"""The name of this package's plugins, where LocalStack has others of the same kind."""

# The search path, the language, and the variables that the emulator reads.
INHERITED = (
    "PATH",
    "LANG",
    "LC_ALL",
    *wrapper.ALL,
    HOSTS_VARIABLE,
    ORIGINS_VARIABLE,
)
OVERRIDDEN = (
    "APIGATEWAY",
    "APIGATEWAYV2",
    "APPLICATION_AUTOSCALING",
    "BACKUP",
    "BUDGETS",
    "CLOUDTRAIL",
    "CLOUDWATCH",
    "COGNITO_IDP",
    "DYNAMODB",
    "DYNAMODBSTREAMS",
    "EVENTS",
    "IAM",
    "LAMBDA",
    "LOGS",
    "S3",
    "SCHEDULER",
    "SES",
    "SNS",
    "SQS",
    "SSM",
    "STEPFUNCTIONS",
    "WAFV2",
)
"""The services for which this package has a provider."""


def state_folder() -> Path:
    """The folder for the running emulator's files, not its saved state; deleted when it stops."""
    return paths.home() / "emulator"


def cache_folder() -> Path:
    """The folder of LocalStack's cache; without it the first call takes three seconds longer."""
    return paths.home() / "localstack-cache"


def _files() -> Path:
    """LocalStack's FILESYSTEM_ROOT: mails, metrics, and its cache."""
    return state_folder() / "files"


def make_folders() -> None:
    """Empties the folder of the state, and creates that of the cache if needed.

    Of LocalStack's files below its root only the cache is kept when it stops.
    """
    shutil.rmtree(state_folder(), ignore_errors=True)
    shutil.rmtree(
        cache_folder() / "files", ignore_errors=True
    )  # of an earlier version, with its mails
    (state_folder() / "tmp").mkdir(parents=True)
    (cache_folder() / "home").mkdir(parents=True, exist_ok=True)
    cache = _files() / "var" / "lib" / "localstack" / "cache"
    cache.parent.mkdir(parents=True)
    cache.symlink_to(cache_folder(), target_is_directory=True)
    file_permissions.restrict_all(paths.home())


def variables(port: int, iam: bool = True, owner: int | None = None) -> dict[str, str]:
    """The whole environment of an emulator that listens on `port` of the loopback address.

    With `iam` it checks every request against the caller's permissions. It ends when the process
    with the ID `owner` ends.

    Other variables of this machine (such as PYTHONDONTWRITEBYTECODE, which delays the start by
    seconds, or a proxy) are not passed on. Raises HostError for an invalid value of a variable.
    """
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    inherited |= _of_npm() if "kinesis" in service_selection.requested() else {}
    chosen = {IAM_VARIABLE: "enforced" if iam else "off"}
    chosen |= service_selection.variables() | settings.variables()
    if owner:
        chosen[OWNER_VARIABLE] = str(owner)
    return inherited | _folders() | _settings(port) | chosen


def _of_npm() -> dict[str, str]:
    """How npm reaches its registry: Kinesis is a program that it downloads."""
    return {
        name: value
        for name, value in os.environ.items()
        if name == "NODE_EXTRA_CA_CERTS" or name.lower().startswith("npm_config_")
    }


def _folders() -> dict[str, str]:
    return {
        paths.HOME_VARIABLE: str(paths.home()),
        "HOME": str(cache_folder() / "home"),
        "CONFIG_DIR": str(cache_folder() / "home"),
        "FILESYSTEM_ROOT": str(_files()),
        "TMP": str(state_folder() / "tmp"),
    }


def _settings(port: int) -> dict[str, str]:
    return {
        "GATEWAY_LISTEN": f"{ports.HOST}:{port}",
        "EXTRA_CORS_ALLOWED_ORIGINS": os.environ.get(ORIGINS_VARIABLE, ""),
        "GATEWAY_SERVER": NAME,  # Twisted takes half of the processor time: docs/performance.md
        "IN_MEMORY_CLIENT": "1",  # calls to itself are function calls, not HTTP
        "DISABLE_EVENTS": "1",  # no telemetry
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DNS_ADDRESS": "0",  # no DNS server: port 53 belongs to the machine
        "OVERRIDE_IN_DOCKER": "0",  # the machine may itself be a container
        "S3_SKIP_SIGNATURE_VALIDATION": "0",  # presigned URLs are verified
        "LAMBDA_RUNTIME_EXECUTOR": "process",
        "LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT": "120",  # the executor has its own, shorter limit
        "LOG_LEVEL_OVERRIDES": "localstack.deprecations=ERROR",  # it wrongly reports the next two
        "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0.2",  # 1 s: one mail a second at best
        "SQS_DELAY_PURGE_RETRY": "1",  # a queue is purged once in 60 s
        "SQS_CLOUDWATCH_METRICS_REPORT_INTERVAL": "5",  # 60 s: alarms of queues would be late
        **{f"PROVIDER_OVERRIDE_{service}": NAME for service in OVERRIDDEN},
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        # A workflow's task StartSyncExecution would be sent to sync-localhost.
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "2",  # glibc's default keeps freed memory for each of many threads
    }
