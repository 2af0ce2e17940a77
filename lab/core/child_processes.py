"""The one place that starts other programs, and decides what these inherit.

A program that works on the emulator gets a list of variables and nothing else: what somebody has
set for AWS, for Terraform, for Python or for a proxy is meant for other work. A program that works
in an AWS account, or that is the user's own (Docker, uv, JupyterLab), gets what its user has set.
Nothing else in `lab/` starts a program: ruff's banned-api rules in pyproject.toml see to that. The
environment of the emulator itself is made in `emulator/`.
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

# Where programs and files are, which language is spoken, what a terminal can do.
NEEDED = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "LANG", "LANGUAGE"}
    | {"LC_ALL", "LC_CTYPE", "LC_MESSAGES", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"}
    | {"LAB_HOME", "SYSTEMROOT"}
)
# How the internet is reached: Terraform may fetch its provider.
INTERNET = frozenset(
    {"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
    | {"SSL_CERT_FILE", "SSL_CERT_DIR"}
)
# How Terraform asks a registry, and with whose token.
REGISTRY = ("TF_REGISTRY_", "TF_TOKEN_")

VARIABLE_PREFIX = "LAB_TF_VAR_"
"""LAB_TF_VAR_x=1 sets Terraform's variable x on the emulator, where TF_VAR_x is for other work."""

QUIET_TERRAFORM = {"CHECKPOINT_DISABLE": "1"}
"""It does not ask HashiCorp for news."""

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def as_the_user_has_it(**more: str) -> dict[str, str]:
    """For a program of the user's own, such as Docker or uv."""
    return {**os.environ, **more}


def bare(**more: str) -> dict[str, str]:
    """For a program that talks to nobody: git, ps, a Python of our own."""
    return {name: os.environ[name] for name in NEEDED if name in os.environ} | more


def on_emulator(endpoint: str, access_key: str, region: str) -> dict[str, str]:
    """For Terraform and tflocal on an emulator; CLI configuration and data folder come on top.

    No variable of the user's can lead them to another account, another folder or another file.
    """
    fetching = {n: v for n, v in os.environ.items() if n in INTERNET or n.startswith(REGISTRY)}
    ours = {"TF_IN_AUTOMATION": "1", **_emulator(endpoint, access_key, region)}
    return bare() | fetching | _terraform_variables() | ours


def in_a_shell(endpoint: str, access_key: str, region: str) -> dict[str, str]:
    """What leads the AWS CLI, Terraform, tflocal and boto3 to an emulator, in somebody's shell."""
    # By default Terraform looks for the state's bucket at a host that only DNS could know.
    styles = {"TF_CLI_ARGS_init": "-backend-config=use_path_style=true"}
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


def _terraform_variables() -> dict[str, str]:
    chosen = {name: value for name, value in os.environ.items() if name.startswith(VARIABLE_PREFIX)}
    return {name.removeprefix("LAB_"): value for name, value in chosen.items()}


def in_account(profile: str | None = None) -> dict[str, str]:
    """For Terraform in an AWS account: all that its user has set, as `profile` if one is named."""
    kept = dict(os.environ) | {"CHECKPOINT_DISABLE": "1"}
    if profile is None:
        return kept
    # Keys in the environment would come before the profile, and be somebody else.
    return {name: value for name, value in kept.items() if name not in KEYS} | {
        "AWS_PROFILE": profile
    }


def in_no_account(endpoint: str, region: str) -> dict[str, str]:
    """For a plan without an account: `endpoint` is a server of ours that knows nobody."""
    return on_emulator(endpoint, "nobody", region)


def past_proxies(*hosts: str) -> dict[str, str]:
    """NO_PROXY, in both spellings, with what the user has set, this machine, and these hosts.

    Programs differ in which of the two they read first, so both say the same.
    """
    given = [os.environ.get(name, "") for name in ("NO_PROXY", "no_proxy")]
    named = [name.strip() for text in given for name in text.split(",")]
    value = ",".join(dict.fromkeys(name for name in (*named, *THIS_MACHINE, *hosts) if name))
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
    """Does not return: this process is the program from here on."""
    os.execve(command[0], list(command), dict(variables))  # noqa: S606 - no shell


def output(command: Sequence[str], variables: Variables, timeout_s: float) -> str:
    """What a program prints, or nothing if it is missing, fails or takes too long."""
    try:
        done = run(command, variables, capture_output=True, timeout=timeout_s, check=True)
    except (OSError, ValueError, subprocess.SubprocessError):
        return ""
    return str(done.stdout)


def start_clean() -> None:
    """Starts this process anew where Python itself was told what does the lab harm.

    The lab's files and programs are UTF-8 whatever language their reader has set: read as an older
    locale says, they fail at the first ✔. PYTHONPATH puts other versions before the lab's own.
    """
    variables, options = as_the_user_has_it(), ["-X", "utf8"]
    encoding = locale.getencoding()
    speaks = sys.flags.utf8_mode or encoding.lower().replace("-", "") == "utf8"
    # With `-m lab` the lab itself may be where PYTHONPATH says.
    borrows = bool(variables.pop("PYTHONPATH", "")) and "-m" not in sys.orig_argv
    if speaks and not borrows:
        return
    if not speaks:  # the terminal has its own encoding, all the same
        variables.setdefault("PYTHONIOENCODING", f"{encoding}:replace")
        variables["PYTHONUTF8"] = "1"
    become([sys.executable, *([] if speaks else options), *sys.orig_argv[1:]], variables)


UNHELPFUL = ("SSLKEYLOGFILE", "BOTOCORE_EXPERIMENTAL__PLUGINS")
"""Variables that libraries read whatever they are told: a file that they fail to open, and code."""


def settle() -> None:
    """Takes from this process what would trip the libraries that it uses."""
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
