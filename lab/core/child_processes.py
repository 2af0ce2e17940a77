"""Starts other programs, and defines their environment variables.

A program that works on the emulator gets a fixed list of variables: the user's settings for AWS,
Terraform, Python and proxies are for other work. A program that works in an AWS account, or that is
the user's own (Docker, uv, JupyterLab), gets the user's environment. Ruff's banned-api rules in
pyproject.toml ensure that nothing else in `lab/` starts a program. The environment of the emulator
itself is made in `emulator/`.
"""

from __future__ import annotations

import locale
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

type Variables = Mapping[str, str]
type Process = subprocess.Popen[bytes]

KEYS = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})

# Paths, locale and terminal.
NEEDED = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "LANG", "LANGUAGE"}
    | {"LC_ALL", "LC_CTYPE", "LC_MESSAGES", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"}
    | {"LAB_HOME", "SYSTEMROOT"}
)
# Proxies and certificates: Terraform may download its provider.
INTERNET = frozenset(
    {"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
    | {"SSL_CERT_FILE", "SSL_CERT_DIR"}
)
# Terraform's settings and tokens for registries.
REGISTRY = ("TF_REGISTRY_", "TF_TOKEN_")

VARIABLE_PREFIX = "LAB_TF_VAR_"
"""LAB_TF_VAR_x=1 sets Terraform's variable x on the emulator, which ignores TF_VAR_x."""

QUIET_TERRAFORM = {"CHECKPOINT_DISABLE": "1"}
"""Disables Terraform's check for updates."""

TEMPORARY = "/tmp"  # noqa: S108 - the system's, of which programs make a folder or file of their own
SOCKET_FOLDER_BYTES = 84

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def as_the_user_has_it(**more: str) -> dict[str, str]:
    """The environment for the user's own programs, such as Docker or uv."""
    return {**os.environ, **more}


def bare(**more: str) -> dict[str, str]:
    """The environment for programs without network access: git, ps, Python."""
    return {name: os.environ[name] for name in NEEDED if name in os.environ} | more


def on_emulator(endpoint: str, access_key: str, region: str) -> dict[str, str]:
    """The environment for Terraform and tflocal on an emulator.

    Without the user's variables, which could select another account, folder or file.
    """
    network = {n: v for n, v in os.environ.items() if n in INTERNET or n.startswith(REGISTRY)}
    own = {
        "TF_IN_AUTOMATION": "1",
        "TMPDIR": _temporary(),
        **_emulator(endpoint, access_key, region),
    }
    return bare() | network | terraform_variables() | own


def _temporary() -> str:
    """TMPDIR, if Terraform's provider can have a socket there; else the system's folder.

    A socket's path has at most 104 bytes (macOS; 108 on Linux), of which its name has 20.
    """
    folder = Path(os.environ.get("TMPDIR") or TEMPORARY).absolute()
    return (
        str(folder) if folder.is_dir() and len(bytes(folder)) <= SOCKET_FOLDER_BYTES else TEMPORARY
    )


def in_a_shell(endpoint: str, access_key: str, region: str) -> dict[str, str]:
    """The variables with which the AWS CLI, Terraform, tflocal and boto3 use an emulator."""
    # By default, Terraform uses a virtual-hosted bucket URL, and botocore puts a prefix before the
    # host for some operations (StartSyncExecution: sync-localhost); both need DNS.
    styles = {
        "TF_CLI_ARGS_init": "-backend-config=use_path_style=true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }
    return styles | _emulator(endpoint, access_key, region)


def _emulator(endpoint: str, access_key: str, region: str) -> dict[str, str]:
    host = urlsplit(endpoint).hostname or "localhost"
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "S3_HOSTNAME": host,
        "CHECKPOINT_DISABLE": "1",
        **past_proxies(host),
    }


def terraform_variables() -> dict[str, str]:
    """The variables of Terraform that the user has set for the emulator (`LAB_TF_VAR_x`)."""
    chosen = {name: value for name, value in os.environ.items() if name.startswith(VARIABLE_PREFIX)}
    return {name.removeprefix("LAB_"): value for name, value in chosen.items()}


def in_account(profile: str | None = None) -> dict[str, str]:
    """The environment for Terraform in an AWS account: the user's, optionally with a profile."""
    inherited = dict(os.environ) | {"CHECKPOINT_DISABLE": "1"}
    if profile is None:
        return inherited
    # Keys in the environment would take precedence over the profile.
    return {name: value for name, value in inherited.items() if name not in KEYS} | {
        "AWS_PROFILE": profile
    }


def in_no_account(endpoint: str, region: str) -> dict[str, str]:
    """The environment for a plan without an account, against a stub server at `endpoint`."""
    return on_emulator(endpoint, "nobody", region)


def past_proxies(*hosts: str) -> dict[str, str]:
    """NO_PROXY and no_proxy, with the user's values, this machine, and these hosts.

    Programs differ in which of the two they read first.
    """
    configured = [os.environ.get(name, "") for name in ("NO_PROXY", "no_proxy")]
    names = [name.strip() for text in configured for name in text.split(",")]
    value = ",".join(dict.fromkeys(name for name in (*names, *THIS_MACHINE, *hosts) if name))
    return {"NO_PROXY": value, "no_proxy": value}


def run(
    command: Sequence[str | Path], variables: Variables, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Runs a program with these variables as its whole environment; `options` are subprocess's."""
    return subprocess.run(command, env=dict(variables), text=True, **options)


def start(command: Sequence[str | Path], variables: Variables, **options: Any) -> Process:
    """Starts a program with these variables as its whole environment."""
    return subprocess.Popen(command, env=dict(variables), **options)


def become(command: Sequence[str], variables: Variables) -> None:
    """Replaces this process by the program. Does not return."""
    os.execve(command[0], list(command), dict(variables))  # noqa: S606 - no shell


def output(command: Sequence[str], variables: Variables, timeout_s: float) -> str:
    """The output of a program; empty if it is missing, fails or times out."""
    try:
        result = run(command, variables, capture_output=True, timeout=timeout_s, check=True)
    except (OSError, ValueError, subprocess.SubprocessError):
        return ""
    return str(result.stdout)


def start_clean() -> None:
    """Restarts this process in UTF-8 mode and without PYTHONPATH, if necessary.

    The lab's files and output are UTF-8, whatever the locale. PYTHONPATH could put other versions
    of libraries before the lab's own.
    """
    variables, options = as_the_user_has_it(), ["-X", "utf8"]
    encoding = locale.getencoding()
    is_utf8 = sys.flags.utf8_mode or encoding.lower().replace("-", "") == "utf8"
    # With `-m lab`, PYTHONPATH may contain the lab itself.
    uses_pythonpath = bool(variables.pop("PYTHONPATH", "")) and "-m" not in sys.orig_argv
    if is_utf8 and not uses_pythonpath:
        return
    if not is_utf8:  # the terminal keeps its encoding
        variables.setdefault("PYTHONIOENCODING", f"{encoding}:replace")
        variables["PYTHONUTF8"] = "1"
    become([sys.executable, *([] if is_utf8 else options), *sys.orig_argv[1:]], variables)


UNHELPFUL = ("SSLKEYLOGFILE", "BOTOCORE_EXPERIMENTAL__PLUGINS")
"""Variables that libraries always read, and that may name a missing file or load code."""


def settle() -> None:
    """Removes variables and warnings that would break the libraries of this process."""
    import warnings

    for name in UNHELPFUL:
        os.environ.pop(name, None)
    forget_impossible_sizes()
    if os.environ.get("PYTHONWARNINGS"):
        warnings.simplefilter("ignore")  # with `error` a library's deprecation would end the lab


SIZES = ("COLUMNS", "LINES", "TERMINAL_WIDTH")
LONGEST_SIZE = 4


def forget_impossible_sizes() -> None:
    """No terminal has them: Rich prints nothing into 0 columns, and Typer fails at words."""
    for name in SIZES:
        said = os.environ.get(name, "").strip()
        possible = said.isascii() and said.isdecimal() and 0 < len(said.lstrip("0")) <= LONGEST_SIZE
        if not possible:
            os.environ.pop(name, None)
