"""What the Compose files promise, as Docker Compose itself reads them where it is installed."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
import yaml

from lab.core import naming, paths
from lab.emulator.container import answer

FILES = ["docker-compose.yml", "docker-compose.stock.yml"]
VARIABLE = re.compile(r"\$\{(\w+)")


def _services(file: str) -> dict[str, Any]:
    return dict(yaml.safe_load((paths.ROOT / file).read_text())["services"])


def _variables(text: str) -> set[str]:
    return set(VARIABLE.findall(text))


@pytest.mark.parametrize("file", FILES)
def test_docker_compose_accepts_the_file(file: str) -> None:
    if answer("docker", "compose", "version") is None:
        pytest.skip("Docker Compose is not installed")
    command = ["docker", "compose", "--file", str(paths.ROOT / file), "config", "--quiet"]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@pytest.mark.parametrize("file", FILES)
def test_every_port_is_published_on_the_loopback_address_only(file: str) -> None:
    ports = [port for service in _services(file).values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:${") for port in ports)


def test_no_container_has_the_docker_socket_or_a_privilege() -> None:
    assert "docker.sock" not in (paths.ROOT / "docker-compose.yml").read_text()
    for service in _services("docker-compose.yml").values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not {"privileged", "cap_add", "network_mode"} & set(service)


def test_the_image_runs_as_an_ordinary_user() -> None:
    lines = (paths.ROOT / "Dockerfile").read_text().splitlines()
    users = [line for line in lines if line.startswith("USER")]
    assert users == ["USER lab"]


def test_everything_that_can_be_set_is_in_the_example() -> None:
    used = {name for file in FILES for name in _variables((paths.ROOT / file).read_text())}
    example = (paths.ROOT / ".env.example").read_text()
    assert used - {"LAB_IMAGE"} == set(re.findall(r"^# ([A-Z_]+)=", example, re.M))


def test_the_image_has_the_uv_that_the_host_has() -> None:
    texts = [(paths.ROOT / name).read_text() for name in ("Dockerfile", "scripts/install.sh")]
    versions = {re.search(r"UV_VERSION=([\d.]+)", text)[1] for text in texts}  # type: ignore[index]
    assert len(versions) == 1


def test_nothing_gets_into_the_image_unless_it_is_named() -> None:
    lines = (paths.ROOT / ".dockerignore").read_text().split()
    assert "*" in lines
    admitted = {line[1:] for line in lines if line.startswith("!")}
    assert not admitted & {".git", ".lab", ".env", "tests", ".venv"}


def test_the_stock_image_is_not_asked_for_what_only_ours_has() -> None:
    settings = _services("docker-compose.stock.yml")["deploy"]["environment"]
    assert settings == {"LAB_TF_VAR_saved_queries": "false"}


def test_containers_are_told_the_region_of_the_shop() -> None:
    """Compose reads no JSON, and awslocal in a container needs it; the lab does not."""
    text = (paths.ROOT / "docker-compose.yml").read_text()
    assert f"AWS_DEFAULT_REGION: {naming.Shop.read(naming.FILE).region}\n" in text
