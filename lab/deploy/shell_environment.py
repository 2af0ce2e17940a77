"""The environment variables with which other programs use the lab: `eval "$(lab env)"`.

The AWS CLI, Terraform, tflocal and scripts with boto3 find the emulator by variables. The user's
own values are saved, and `lab env --unset` restores them.
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

SAVED = "LAB_ENV_BEFORE"
"""The previous values of the variables that `lab env` changed, as JSON; null if not set."""

# The variables of tflocal and awslocal besides `AWS_` and `TF_`.
TFLOCAL = frozenset(
    {"ADDITIONAL_TF_OVERRIDE_LOCATIONS", "CUSTOMIZE_ACCESS_KEY", "DRY_RUN", "EDGE_PORT"}
    | {"LOCALSTACK_HOST", "LOCALSTACK_HOSTNAME", "LS_PROVIDERS_FILE", "S3_HOSTNAME", "SKIP_ALIASES"}
    | {"USE_EXEC", "USE_SSL"}
)
PREFIXES = ("AWS_", "TF_")
KEPT = ("AWS_PAGER", *child_processes.REGISTRY)
PATH = "PATH"

Changes = Mapping[str, str | None]
"""The new value of each variable that changes, or None to unset it."""


def changes(environment: Mapping[str, str]) -> dict[str, str | None]:
    """Returns the changes with which a shell with this environment uses the lab."""
    base = _restored(environment)
    lab_variables = _lab_variables(base)
    conflicting = {name: None for name in base if _conflicts(name) and name not in lab_variables}
    new: dict[str, str | None] = {**conflicting, **lab_variables}
    saved = {name: base.get(name) for name in new if name != PATH}
    return {**new, SAVED: json.dumps(saved)}


def restore(environment: Mapping[str, str]) -> dict[str, str | None]:
    """Returns the changes with which a shell is as it was before `lab env`.

    Raises LabError if `lab env` has not changed it.
    """
    if SAVED not in environment:
        raise LabError("This shell is not set up for the lab: there is nothing to restore.")
    path = {PATH: os.pathsep.join(_others(environment))} if PATH in environment else {}
    return {**_saved(environment), **path, SAVED: None}


def _restored(environment: Mapping[str, str]) -> dict[str, str]:
    """Returns the environment as it was before an earlier `lab env`."""
    previous = {**environment, **_saved(environment)}
    return {name: value for name, value in previous.items() if value is not None and name != SAVED}


def _saved(environment: Mapping[str, str]) -> dict[str, str | None]:
    try:
        saved = json.loads(environment.get(SAVED, "{}"))
    except ValueError:
        return {}
    return saved if isinstance(saved, dict) else {}


def _lab_variables(base: Mapping[str, str]) -> dict[str, str]:
    endpoint = endpoints.by_number(endpoints.given() or run_state.endpoint())
    ours = child_processes.in_a_shell(endpoint, access_key(), naming.shop().region)
    saved = {} if endpoints.given() else {endpoints.OURS: endpoint}
    return {**ours, **saved, **_terraform(), PATH: os.pathsep.join([_programs(), *_others(base)])}


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


def _conflicts(name: str) -> bool:
    if name.startswith(KEPT):
        return False
    return name.startswith(PREFIXES) or name in TFLOCAL or _names_an_endpoint(name)


def _names_an_endpoint(name: str) -> bool:
    """Whether tflocal reads the variable as an endpoint, such as DYNAMODB_ENDPOINT."""
    from localstack_client.config import get_service_ports

    service, saved, rest = name.partition("_ENDPOINT")
    known = {known.replace("-", "_").upper() for known in get_service_ports()}
    return bool(saved) and not rest and service in known


@dataclass(frozen=True)
class Shell:
    """The syntax of a shell for setting and unsetting variables."""

    set: Callable[[str, str], str]
    unset: Callable[[str], str]

    def script(self, new: Changes) -> str:
        """Returns the script for the shell, one variable per line."""
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
    """Returns the language of the nearest shell among the parent processes.

    Raises LabError (code 2) for a shell that supports neither sh nor fish.
    """
    for name in programs:
        if name in OTHERS:
            raise LabError(
                f"`lab env` does not support {name}: it prints scripts for sh and fish.",
                "Start bash, zsh or fish first. `lab env --json` has the variables and their"
                " values; `lab env --shell sh` prints a script for sh anyway.",
                code=2,
            )
        if name == "fish":
            return name
        if name in LIKE_SH:
            break
    return "sh"


def ancestors() -> Iterator[str]:
    """Yields the names of the parent processes, the nearest first."""
    import psutil

    with suppress(psutil.Error):
        yield from (process.name() for process in psutil.Process().parents())
