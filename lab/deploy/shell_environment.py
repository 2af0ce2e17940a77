"""What a shell needs so that other people's programs meet the lab: `eval "$(lab env)"`.

The AWS CLI, Terraform, tflocal and a script with boto3 find the emulator by variables. What the
user has set for other work is put away, and `lab env --unset` puts it back.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lab.core import child_processes, endpoints, naming, paths, run_state
from lab.core.errors import LabError
from lab.core.target import access_key
from lab.deploy import package
from lab.deploy.terraform import provider

BEFORE = "LAB_ENV_BEFORE"
"""What the variables were that `lab env` has changed, as JSON; null for one that was not set."""

# What tflocal and awslocal read beside `AWS_` and `TF_`.
TFLOCAL = frozenset(
    {"ADDITIONAL_TF_OVERRIDE_LOCATIONS", "CUSTOMIZE_ACCESS_KEY", "DRY_RUN", "EDGE_PORT"}
    | {"LOCALSTACK_HOST", "LOCALSTACK_HOSTNAME", "LS_PROVIDERS_FILE", "S3_HOSTNAME", "SKIP_ALIASES"}
    | {"USE_EXEC", "USE_SSL"}
)
PREFIXES = ("AWS_", "TF_")
KEPT = ("AWS_PAGER", *child_processes.REGISTRY)
PATH = "PATH"

Changes = Mapping[str, str | None]
"""The new value of each variable that changes, or None for one that is to be unset."""


def changes(environment: Mapping[str, str]) -> dict[str, str | None]:
    """What a shell with this environment has to change to work on the lab."""
    base = _restored(environment)
    wanted = _wanted(base)
    hindering = {name: None for name in base if _hinders(name) and name not in wanted}
    new: dict[str, str | None] = {**hindering, **wanted}
    before = {name: base.get(name) for name in new if name != PATH}
    return {**new, BEFORE: json.dumps(before)}


def back(environment: Mapping[str, str]) -> dict[str, str | None]:
    """What a shell with this environment has to change to be as it was before `lab env`.

    Raises LabError if it is as it was.
    """
    if BEFORE not in environment:
        raise LabError("This shell is not set for the lab: there is nothing to take back.")
    path = {PATH: os.pathsep.join(_others(environment))} if PATH in environment else {}
    return {**_before(environment), **path, BEFORE: None}


def _restored(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment as it was before an earlier `lab env`."""
    was = {**environment, **_before(environment)}
    return {name: value for name, value in was.items() if value is not None and name != BEFORE}


def _before(environment: Mapping[str, str]) -> dict[str, str | None]:
    try:
        found = json.loads(environment.get(BEFORE, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _wanted(base: Mapping[str, str]) -> dict[str, str]:
    endpoint = endpoints.by_number(endpoints.given() or run_state.endpoint())
    ours = child_processes.in_a_shell(endpoint, access_key(), naming.shop().region)
    found = {} if endpoints.given() else {endpoints.OURS: endpoint}
    return {**ours, **found, **_terraform(), PATH: os.pathsep.join([_programs(), *_others(base)])}


def _terraform() -> dict[str, str]:
    folder = paths.home() / "terraform"
    folder.mkdir(parents=True, exist_ok=True)
    built = package.built()
    if not built.exists():
        package.build()
    elsewhere = paths.home() != paths.ROOT / ".lab"
    variables = {"TF_VAR_functions_package": str(built)} if elsewhere else {}
    return variables | {"TF_CLI_CONFIG_FILE": str(provider.cli_config(folder))}


def _programs() -> str:
    return str(Path(sys.executable).parent)


def _others(environment: Mapping[str, str]) -> list[str]:
    return [part for part in environment.get(PATH, "").split(os.pathsep) if part != _programs()]


def _hinders(name: str) -> bool:
    if name.startswith(KEPT):
        return False
    return name.startswith(PREFIXES) or name in TFLOCAL or _names_an_endpoint(name)


def _names_an_endpoint(name: str) -> bool:
    """DYNAMODB_ENDPOINT leads tflocal to another DynamoDB."""
    from localstack_client.config import get_service_ports

    service, found, rest = name.partition("_ENDPOINT")
    known = {known.replace("-", "_").upper() for known in get_service_ports()}
    return bool(found) and not rest and service in known


@dataclass(frozen=True)
class Shell:
    """How a shell sets a variable, and how it unsets one."""

    set: Callable[[str, str], str]
    unset: Callable[[str], str]

    def script(self, new: Changes) -> str:
        """What the shell has to run, one variable a line."""
        return "\n".join(self._lines(new))

    def _lines(self, new: Changes) -> Iterator[str]:
        for name, value in sorted(new.items()):
            yield self.unset(name) if value is None else self.set(name, value)


def _fish_quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _fish_set(name: str, value: str) -> str:
    if name == PATH:  # a list there
        return f"set -gx {name} " + " ".join(map(_fish_quoted, value.split(os.pathsep)))
    return f"set -gx {name} {_fish_quoted(value)}"


SHELLS = {
    "sh": Shell(lambda name, value: f"export {name}={shlex.quote(value)};", "unset {};".format),
    "fish": Shell(_fish_set, "set -e {}".format),
}

LIKE_SH = frozenset({"ash", "bash", "dash", "ksh", "ksh93", "mksh", "sh", "yash", "zsh"})
OTHERS = frozenset({"csh", "tcsh", "nu", "elvish", "pwsh", "rc"})


def language(programs: Iterable[str]) -> str:
    """The language of the nearest shell among the programs that started this one.

    Raises LabError (code 2) for a shell that understands neither sh nor fish.
    """
    for name in programs:
        if name in OTHERS:
            raise LabError(
                f"`lab env` does not speak {name}'s language: it prints that of sh and of fish.",
                "Start bash, zsh or fish first. `lab env --json` has the variables and their"
                " values; `lab env --shell sh` prints that of sh all the same.",
                code=2,
            )
        if name == "fish":
            return name
        if name in LIKE_SH:
            break
    return "sh"


def ancestors() -> Iterator[str]:
    """The names of the programs that started this one, the nearest first."""
    import psutil

    with suppress(psutil.Error):
        yield from (process.name() for process in psutil.Process().parents())
