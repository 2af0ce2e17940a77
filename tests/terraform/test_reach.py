"""What a module lets be chosen can be chosen in an environment, or there is a reason why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.core import paths

MODULES = paths.TERRAFORM / "modules"
ROOT = paths.TERRAFORM / "environments" / "dev"

OF_THE_CHECKOUT = {
    "api_definition": "the environment reads it from functions/checkout_api, as the functions do",
}
"""Variables of modules/checkout that an environment does not pass on, and why."""

OF_THE_SHOP = {"name", "table_prefix", "metric_namespace"}
"""What terraform/shop.json says for every environment."""

UNLESS_SAID = {"pricing", "token_issuer"}
"""What terraform/shop.json says (of `pricing` the currency) unless the environment does."""

ELSEWHERE = {
    "api-gateway.method_metrics": "no alarm and no widget reads them, and each is billed",
    "event-source-mapping.batch_size": "the notifier's time-out is measured for batches of ten",
    "event-source-mapping.batching_window_seconds": "a mail should not wait for others",
    "lambda.runtime": "the package is built for one version of Python, which pyproject.toml names",
    "sqs.message_retention_seconds": "14 days are the most, and less would only lose mails",
}
"""Variables with a default that no call in modules/checkout or below sets, and why."""


def variables_of(folder: Path) -> dict[str, str]:
    """By name, what is said of each variable of a module."""
    text = (folder / "variables.tf").read_text()
    return dict(re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL))


def calls_in(folder: Path) -> list[tuple[Path, set[str]]]:
    """Every call of a module in a folder: which module, and the arguments that are given."""
    text = "\n".join(file.read_text() for file in sorted(folder.glob("*.tf")))
    bodies = re.findall(r'^module "\w+" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL)
    return [(folder / source_of(body), arguments_of(body)) for body in bodies]


def source_of(body: str) -> str:
    return re.findall(r'^  source\s*=\s*"(.+)"', body, re.MULTILINE)[0]


def arguments_of(body: str) -> set[str]:
    return set(re.findall(r"^  (\w+)\s*=", body, re.MULTILINE))


def called_by(folder: Path) -> dict[Path, set[str]]:
    """By module that is called below a folder, every argument that some call gives."""
    found: dict[Path, set[str]] = {}
    for module, arguments in calls_in(folder):
        found.setdefault(module.resolve(), set()).update(arguments)
        for below, more in called_by(module).items():
            found.setdefault(below, set()).update(more)
    return found


def hidden() -> set[str]:
    """Variables with a default that nothing below modules/checkout sets."""
    return {
        f"{module.name}.{name}"
        for module, given in called_by(MODULES / "checkout").items()
        for name, body in variables_of(module).items()
        if name not in given and re.search(r"^  default\s*=", body, re.MULTILINE)
    }


def test_an_environment_passes_on_what_the_checkout_lets_be_chosen() -> None:
    ((_, given),) = calls_in(ROOT)

    assert variables_of(MODULES / "checkout").keys() - given == set()
    text = (ROOT / "main.tf").read_text()
    said = dict(re.findall(r"^  (\w+)\s*= (.*)", text, re.MULTILINE))
    fixed = {name for name in given - {"source"} if said[name] != f"var.{name}"}
    assert fixed == OF_THE_CHECKOUT.keys() | OF_THE_SHOP | UNLESS_SAID
    assert {name for name in fixed if said[name] == f"local.shop.{name}"} == OF_THE_SHOP
    assert {name for name in fixed if "== null ? local.shop." in said[name]} == UNLESS_SAID


def test_the_checkout_passes_on_what_its_modules_let_be_chosen() -> None:
    assert hidden() == ELSEWHERE.keys()


@pytest.mark.parametrize("reason", [*OF_THE_CHECKOUT.values(), *ELSEWHERE.values()])
def test_what_is_fixed_has_a_reason(reason: str) -> None:
    assert len(reason.split()) > 4


@pytest.mark.parametrize("name", sorted(variables_of(MODULES / "checkout").keys()))
def test_an_environment_has_the_defaults_of_the_checkout(name: str) -> None:
    """Where it has one at all: what an environment must choose has none."""
    theirs = variables_of(ROOT).get(name, "")
    default = re.search(r"^  default\s*= (.*)", theirs, re.MULTILINE)
    if not default or name == "functions_package" or name in UNLESS_SAID:
        return
    assert f"= {default[1]}" in variables_of(MODULES / "checkout")[name]
