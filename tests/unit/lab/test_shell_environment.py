"""`lab env`: what it sets, in each shell's language, and that it can be taken back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab.core import child_processes
from lab.core.errors import LabError
from lab.deploy import shell_environment
from tests.exhaustive import all_but

HARD = 'it\'s "a" $HOME `x` \\ back\nline ; # é'
PROGRAMS = str(Path(sys.executable).parent)
PYTHON = "import json, os; print(json.dumps(dict(os.environ)))"


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr("lab.deploy.package.build", lambda: tmp_path)


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "zsh", "fish"])
def test_every_value_survives_the_shell(shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    language = shell_environment.SHELLS["fish" if shell == "fish" else "sh"]
    script = language.script({"HARD": HARD, "GONE": None})
    done = subprocess.run(
        [program, "-c", f"{script}\n/usr/bin/env python3 -c '{PYTHON}'"],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "GONE": "still here"},
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(done.stdout)
    assert seen["HARD"] == HARD
    assert "GONE" not in seen


TYPED = {
    "sh": ('eval "$(lab env)"', 'eval "$(lab env --unset)"'),
    "bash": ('eval "$(lab env)"', 'eval "$(lab env --unset)"'),
    "dash": ('eval "$(lab env)"', 'eval "$(lab env --unset)"'),
    "zsh": ('eval "$(lab env)"', 'eval "$(lab env --unset)"'),
    "fish": ("lab env | source", "lab env --unset | source"),
    "fish as bash": ('eval "$(lab env)"', 'eval "$(lab env --unset)"'),
}
SEEN = "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_PROFILE", "TF_CLI_ARGS_init", "PATH"


@pytest.mark.parametrize("shell", all_but("bash".__eq__, TYPED))
def test_each_shell_is_set_and_put_back_by_what_the_docs_say(shell: str, tmp_path: Path) -> None:
    program = shutil.which(shell.split(maxsplit=1)[0])
    if program is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "functions.zip").touch()
    there, back = TYPED[shell]
    look = f"/usr/bin/env python3 -c '{PYTHON}'"
    before = {"PATH": f"{PROGRAMS}:/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path)}
    before |= {"LAB_HOME": str(tmp_path), "AWS_PROFILE": HARD, "LAB_PORT": "4799"}
    done = subprocess.run(
        [program, "-c", "\n".join([look, there, look, back, look])],
        env=before,
        capture_output=True,
        text=True,
        check=True,
    )
    was, inside, after = (
        {n: json.loads(line).get(n) for n in SEEN} for line in done.stdout.splitlines()
    )
    assert inside["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4799", done.stderr
    assert (inside["AWS_REGION"], inside["AWS_PROFILE"]) == ("us-east-2", None)
    assert inside["PATH"].split(":")[0] == PROGRAMS
    assert {**after, "PATH": ""} == {**was, "PATH": ""}
    assert "nothing to restore" not in done.stderr
    assert "nknown command" not in done.stderr


def test_csh_gets_a_sentence_and_nothing_to_run(tmp_path: Path) -> None:
    program = shutil.which("tcsh") or shutil.which("csh")
    if program is None:
        pytest.skip("csh is not installed")
    done = subprocess.run(
        [program, "-f", "-c", "eval `lab env`"],
        env={"PATH": f"{PROGRAMS}:/usr/bin:/bin", "HOME": str(tmp_path), "LAB_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "does not support" in done.stderr
    assert "Start bash, zsh or fish" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("programs", "language"),
    [
        (["fish"], "fish"),
        (["uv", "fish", "sh"], "fish"),
        (["bash", "fish"], "sh"),
        (["make", "zsh"], "sh"),
        (["python3.13", "systemd"], "sh"),
        ([], "sh"),
    ],
)
def test_the_nearest_shell_says_which_language(programs: list[str], language: str) -> None:
    assert shell_environment.language(programs) == language


@pytest.mark.parametrize("program", sorted(shell_environment.OTHERS))
def test_a_shell_of_another_language_is_named(program: str) -> None:
    with pytest.raises(LabError, match=program):
        shell_environment.language(["python", program, "bash"])


def test_what_hinders_is_put_away_and_comes_back() -> None:
    before = {"PATH": "/bin", "AWS_PROFILE": HARD, "TF_LOG": "TRACE", "DYNAMODB_ENDPOINT": "x"}
    inside = _applied(before, shell_environment.changes(before))
    assert not {"AWS_PROFILE", "TF_LOG", "DYNAMODB_ENDPOINT"} & set(inside)
    assert _applied(inside, shell_environment.restore(inside)) == before


def test_twice_is_as_good_as_once() -> None:
    before = {"PATH": "/bin", "AWS_PROFILE": "mine"}
    once = _applied(before, shell_environment.changes(before))
    twice = _applied(once, shell_environment.changes(once))
    assert twice == once
    assert _applied(twice, shell_environment.restore(twice)) == before


def test_a_shell_that_was_not_set_has_nothing_to_take_back() -> None:
    with pytest.raises(LabError, match="nothing to restore"):
        shell_environment.restore({"PATH": "/bin"})


def _applied(environment: dict[str, str], new: shell_environment.Changes) -> dict[str, str]:
    changed = {**environment, **new}
    return {name: value for name, value in changed.items() if value is not None}


STARTS = """
import boto3
from botocore.awsrequest import AWSResponse
from botocore.endpoint import Endpoint
def show(endpoint, request):
    print(request.url)
    return AWSResponse(request.url, 200, {}, None)
Endpoint._send = show
machine = "arn:aws:states:us-east-2:000000000000:stateMachine:m"
try:
    boto3.client("stepfunctions").start_sync_execution(stateMachineArn=machine)
except AttributeError:  # the response is none
    pass
"""


def test_boto3_asks_the_endpoint_also_for_operations_whose_host_has_a_prefix() -> None:
    variables = child_processes.in_a_shell("http://localhost:4566", "test", "us-east-2")
    done = subprocess.run(
        [sys.executable, "-c", STARTS], env=variables, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["http://localhost:4566/"], done.stderr
