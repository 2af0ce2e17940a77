"""Other programs: what they are started with, how they end, and the environments of suites."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_LINES_OF_LOG = 15
_INSTALL_TIMEOUT = 900.0
# Somebody's own settings of AWS, Python or pytest are not meant for a suite.
# The last two are the way to Terraform's providers and to npm's registry, as are npm_config_….
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TF_CLI_CONFIG_FILE", "NODE_EXTRA_CA_CERTS")
# Ends a program when its standard input ends: with the caller, also when that is killed.
_ENDS_WITH_ITS_CALLER = """
exec 3<&0
"$@" & program=$!
(cat <&3 >/dev/null; kill -9 $program) &
wait $program"""


class ConformanceError(Exception):
    """The suites could not be run: what happened, and what to do."""


def need(program: str, advice: str) -> str:
    """The path of a program."""
    path = shutil.which(program)
    if path is None:
        raise ConformanceError(f"{program} was not found. {advice}")
    return path


def installer_variables(**more: str) -> dict[str, str]:
    """Variables of programs that install: those of the caller, who knows the way to packages."""
    others = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "NODE_OPTIONS")
    return {name: value for name, value in os.environ.items() if name not in others} | more


def suite_variables(home: Path, **more: str) -> dict[str, str]:
    """Variables of a suite: the same for everybody, and a home of its own."""
    home.mkdir(parents=True, exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT_VARIABLES or name.lower().startswith("npm_config_")
    }
    return {
        **kept,
        "HOME": str(home),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        # Not every machine has Docker, and a list is about all of them.
        "DOCKER_HOST": "unix:///nonexistent",
        **more,
    }


def run(
    command: Sequence[str], folder: Path, variables: dict[str, str], log: Path, timeout: float
) -> int:
    """Runs a program with all that it starts; its output is in the log. Answers with its code."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise ConformanceError(
                f"{command[0]} did not end within {timeout:.0f} s. {tail(log)}"
            ) from None
        finally:
            _end_group(process)


@contextmanager
def background(
    command: Sequence[str], variables: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs as long as the block, in the log's folder, with all that it starts."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["/bin/sh", "-c", _ENDS_WITH_ITS_CALLER, "sh", *command],
            cwd=log.parent,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end_group(process)


def tail(log: Path) -> str:
    """The last lines of a log, and where it is."""
    lines = log.read_text(errors="replace").splitlines()[-_LINES_OF_LOG:]
    return "\n".join((f"The last lines of {log}:", *(f"  {line}" for line in lines)))


def python_environment(folder: Path, requirements: Sequence[str]) -> Path:
    """An interpreter that has these packages, in a virtual environment below this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    environment, installed = folder / "venv", folder / "venv/requirements.txt"
    python = environment / "bin/python"
    wanted = "\n".join(requirements)
    if installed.is_file() and installed.read_text() == wanted:
        return python
    uv = _uv()
    _install([uv, "venv", "--clear", "--python", sys.executable, str(environment)], folder)
    _install([uv, "pip", "install", "--python", str(python), *requirements], folder)
    installed.write_text(wanted)
    return python


def python_project(source: Path, folder: Path, parts: Sequence[str]) -> Path:
    """A copy of the named parts of a suite, which may write there."""
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    for part in parts:
        if (source / part).is_dir():
            # A part may lie in another.
            shutil.copytree(source / part, project / part, dirs_exist_ok=True)
        else:
            shutil.copy(source / part, project / part)
    return project


def npm_project(source: Path, folder: Path) -> Path:
    """A copy of a suite with its packages: the source's own, if it has them, or npm's."""
    project = folder / "project"
    packages = folder / f"packages-{_packages(source)}"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(source, project, ignore=shutil.ignore_patterns("node_modules", ".git"))
    if (source / "node_modules").is_dir():
        packages = source
    elif not (packages / "node_modules").is_dir():
        _install_npm(source, packages)
    (project / "node_modules").symlink_to(packages / "node_modules")
    return project


def _install_npm(source: Path, packages: Path) -> None:
    npm = need("npm", "Install Node.js 20 or newer: https://nodejs.org")
    draft = packages.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    for name in ("package.json", "package-lock.json"):
        if (source / name).is_file():
            shutil.copy(source / name, draft)
    try:
        _install([npm, "ci", "--ignore-scripts"], draft)
    except ConformanceError:
        # A mirror that keeps only new packages does not have those that the lock names.
        _install([npm, "install", "--no-package-lock", "--ignore-scripts"], draft)
    draft.rename(packages)


def digest(*texts: bytes) -> str:
    """A short name for these texts."""
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]


def _packages(source: Path) -> str:
    files = (source / "package.json", source / "package-lock.json")
    return digest(*(file.read_bytes() if file.is_file() else b"" for file in files))


def _uv() -> str:
    fetched = REPOSITORY / ".lab/tools/bin/uv"
    if shutil.which("uv") is None and fetched.is_file():
        return str(fetched)
    return need("uv", "Install it: https://docs.astral.sh/uv/getting-started/installation/")


def _install(command: list[str], folder: Path) -> None:
    log = folder / "install.log"
    code = run(command, folder, installer_variables(), log, _INSTALL_TIMEOUT)
    if code:
        raise ConformanceError(f"{' '.join(command)} ended with code {code}. {tail(log)}")


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
