"""The log of a function in CloudWatch Logs."""

from __future__ import annotations

import re

import pytest

from localstack_host.host import ports, process
from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for

TALK = """
import sys
print("loading")
def handle(event, context):
    for number in range(event):
        print(f"out {number}")
        print(f"error {number}", file=sys.stderr)
    print("ohne Zeilenende, äöü", end="")
"""

REPORT = (
    r"REPORT RequestId: ID\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms"
    r"\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\t"
)


def _lines(log: str) -> list[str]:
    return re.sub(r"RequestId: \S+", "RequestId: ID", log).splitlines()


def test_a_first_invocation_is_reported_with_the_start_of_its_environment(cloud: Cloud) -> None:
    lines = _lines(cloud.invoke(cloud.function(TALK), 1).log)
    assert lines[:-1] == [
        "loading",
        "START RequestId: ID Version: $LATEST",
        "out 0",
        "error 0",
        "ohne Zeilenende, äöü",
        "END RequestId: ID",
    ]
    assert re.fullmatch(REPORT + r"Init Duration: \d+\.\d\d ms\t", lines[-1])


def test_a_later_invocation_has_no_init_duration(cloud: Cloud) -> None:
    name = cloud.function(TALK)
    cloud.invoke(name, 0)
    lines = _lines(cloud.invoke(name, 0).log)
    assert lines[0] == "START RequestId: ID Version: $LATEST"
    assert re.fullmatch(REPORT, lines[-1])


def test_output_of_both_kinds_arrives_in_the_order_in_which_it_was_written(cloud: Cloud) -> None:
    name = cloud.function(TALK)
    cloud.invoke(name, 500)

    def printed() -> list[str]:
        return [line for line in _stored(cloud, name) if line.startswith(("out", "error"))]

    wait_for(lambda: len(printed()) == 1000, "the log is not complete")
    assert printed() == [f"{kind} {n}" for n in range(500) for kind in ("out", "error")]


def test_a_failed_start_is_in_the_log(cloud: Cloud) -> None:
    name = cloud.function("import missing_package\n")
    cloud.invoke(name)
    wait_for(lambda: _stored(cloud, name), "there is no log")
    log = "\n".join(_stored(cloud, name))
    assert "[ERROR] Runtime.ImportModuleError: Unable to import module 'app'" in log
    assert re.search(r"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: error", log)


@pytest.mark.usefixtures("home")
@pytest.mark.exhaustive
def test_where_no_permissions_are_enforced_the_log_is_the_same() -> None:
    cloud = Cloud(process.start(ports.any_free(), iam=False).endpoint)
    name = cloud.function(TALK)
    printed = _lines(cloud.invoke(name, 2).log)
    wait_for(lambda: len(_stored(cloud, name)) == len(printed), "the log is not complete")
    stored = _lines("\n".join(_stored(cloud, name)))
    assert stored[:-1] == printed[:-1]  # the last has a tab at its end


def _stored(cloud: Cloud, function: str) -> list[str]:
    logs = cloud.client("logs")
    try:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{function}"
        )
        return [event["message"].rstrip() for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []
