"""Checks what the lab needs on this machine, and how to get what is missing."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import httpx

from lab.cli import function_check
from lab.core import child_processes, clients, emulator_program, endpoints, ports
from lab.core.errors import LabError
from lab.deploy.terraform import provider_mirror
from lab.emulator import process

MIN_TERRAFORM = (1, 9)
TIMEOUT_S = 10

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    """One check: `found` is its result, `purpose` what it is for, `remedy` how to fix it.

    `fail` means that `make demo` cannot work, `warn` that the lab works without it.
    """

    name: str
    state: State
    found: str
    purpose: str
    remedy: str = ""


def checks() -> list[Check]:
    """Runs all checks, which takes a second or two."""
    return [_python(), _terraform(), _provider(), _port(), _emulator(), _functions(), _docker()]


def failed(results: Iterable[Check]) -> bool:
    """Whether a required check has failed."""
    return any(check.state == "fail" for check in results)


def _python() -> Check:
    return Check(
        "Python",
        "ok" if platform.python_version_tuple()[:2] == ("3", "13") else "fail",
        platform.python_version(),
        "runs the lab, the emulator and the functions",
        "The lab needs Python 3.13; `make install` fetches it with uv.",
    )


def _terraform() -> Check:
    version = _terraform_version()
    new_enough = bool(version) and _numbers(version) >= MIN_TERRAFORM
    return Check(
        "Terraform",
        "ok" if new_enough else "fail",
        version or "not found",
        "builds the checkout, here and on AWS",
        "Install 1.9 or newer: https://developer.hashicorp.com/terraform/install",
    )


def _terraform_version() -> str:
    try:
        content = json.loads(_output("terraform", "version", "-json"))
        return str(content["terraform_version"])
    except (ValueError, KeyError):
        return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(
        int(part) for part in version.split("-", maxsplit=1)[0].split(".") if part.isdigit()
    )


def _provider() -> Check:
    mirror = provider_mirror()
    online = mirror is not None or _reachable(
        "https://registry.terraform.io/.well-known/terraform.json"
    )
    return Check(
        "AWS provider",
        "ok" if online else "fail",
        f"in {mirror}" if mirror else "from registry.terraform.io" if online else "not reachable",
        "connects Terraform to AWS",
        "Connect to the internet, or name a folder that holds"
        " registry.terraform.io/hashicorp/aws in LAB_TF_MIRROR.",
    )


def _port() -> Check:
    purpose = "where the emulator listens"
    try:
        port = endpoints.default_port()
    except LabError as error:
        return Check("Port", "fail", error.message, purpose, error.hint)
    running = process.status()
    if running.running:
        return Check("Port", "ok", f"{running.port}, by the running emulator", purpose)
    if ports.is_free(port):
        return Check("Port", "ok", f"{port} is free", purpose)
    remedy = f"Choose another: lab up --port {ports.any_free()}"
    return Check("Port", "warn", f"{port} is taken by {ports.holder(port)}", purpose, remedy)


def _emulator() -> Check:
    """Whether the emulator's own program is installed."""
    purpose = "AWS on this machine"
    try:
        offered = emulator_program.run("services")["default"]
    except LabError as error:
        return Check("Emulator", "fail", error.message, purpose, error.hint)
    return Check("Emulator", "ok", f"{len(offered)} services", purpose)


def _functions() -> Check:
    """Whether the running emulator runs functions: invokes one."""
    purpose = "the shop's code"
    running = process.status()
    if not running.running or running.endpoint is None:
        remedy = "Start it with `lab up`, and run `lab doctor` again."
        return Check("Functions", "warn", "not tried: the emulator does not run", purpose, remedy)
    return function_result(function_check.run(running.endpoint), str(running.log))


def function_result(result: function_check.Result, log: str) -> Check:
    """The check of an invocation, in words."""
    latest, shop, purpose = result.latest, result.shop, "the shop's code"
    if not result.runs:
        found = f"cannot run: {latest.function} failed with {latest.problem}"
        remedy = f"Look at the end of {log}, then `lab down` and `lab up`."
        return Check("Functions", "fail", found, purpose, remedy)
    if shop and shop.problem:
        found = f"run, but {shop.function} failed with {shop.problem}"
        return Check("Functions", "warn", found, purpose, "See `lab logs checkout-api`.")
    found = f"{latest.function} answered in {latest.milliseconds:.0f} ms"
    return Check("Functions", "ok", found, purpose)


def _docker() -> Check:
    version = _output("docker", "version", "--format", "{{.Server.Version}}").strip()
    installed = shutil.which("docker") is not None
    return Check(
        "Docker",
        "ok" if version else "warn",
        version or ("installed, not running" if installed else "not found"),
        "optional: the emulator in a container",
        "" if version else "Not needed. To have it: https://docs.docker.com/get-docker/",
    )


def _output(*command: str) -> str:
    """The output of a program; empty if it is missing, fails or times out."""
    variables = child_processes.as_the_user_has_it(**child_processes.QUIET_TERRAFORM)
    return child_processes.output(command, variables, TIMEOUT_S)


def _reachable(url: str) -> bool:
    try:
        return clients.get(url, TIMEOUT_S).is_success
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError):
        return False  # also if the user's proxy variables are invalid
