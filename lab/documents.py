"""The tables in the documentation that are made from the sources.

`make docs` (`python -m lab.documents`) writes them anew; a test compares them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hcl2.api import loads

from lab import paths
from lab.environment_settings import ENVIRONMENTS, settings_of
from lab.markdown import table

BEGIN = "<!-- made by `python -m lab.documents` -->"
END = "<!-- end -->"

# What terraform-docs puts around its tables, so that it, too, finds the place.
BEGIN_MODULE = "<!-- BEGIN_TF_DOCS -->"
END_MODULE = "<!-- END_TF_DOCS -->"

OWN = frozenset({"environment", "mail_sender"})
"""What differs because names must."""

NOTHING = "none"


def pages() -> dict[Path, str]:
    """Every page with a generated part: its path, and its text as it should be."""
    from lab.cost import page
    from lab.lessons import page as lessons

    made = {paths.ROOT / "docs" / "environments.md": environments_table()}
    made[paths.ROOT / "docs" / "cost.md"] = page.tables()
    made[paths.ROOT / "docs" / "lessons.md"] = lessons.lessons_table()
    made[paths.ROOT / "docs" / "instructors.md"] = lessons.schedules()
    made[paths.TERRAFORM / "README.md"] = terraform_tables()
    modules = {module / "README.md": module_tables(module) for module in _modules()}
    return {file: _replaced(file.read_text(), text) for file, text in made.items()} | {
        file: _replaced(file.read_text(), text, BEGIN_MODULE, END_MODULE)
        for file, text in modules.items()
    }


def environments_table() -> str:
    """The settings that are not the same in all environments, as a table in Markdown."""
    said = {name: settings_of(name) for name in ENVIRONMENTS}
    about = _blocks(paths.TERRAFORM / "environments" / "dev", "variable")
    rows = [
        [f"`{name}`", _sentence(about[name]), *(_value(said[e].get(name)) for e in ENVIRONMENTS)]
        for name in said["dev"]
        if name not in OWN and len({str(said[e].get(name)) for e in ENVIRONMENTS}) > 1
    ]
    return table(["setting", "what it is", *ENVIRONMENTS], rows)


def terraform_tables() -> str:
    """The modules and the examples, as two tables in Markdown."""
    examples = sorted(main.parent for main in (paths.TERRAFORM / "examples").glob("*/main.tf"))
    using = {example: _modules_of(example) for example in examples}
    modules = [
        [
            _link(module),
            _summary(module),
            ", ".join(_link(e) for e in examples if module in using[e]),
        ]
        for module in _modules()
    ]
    rows = [
        [_link(example), _comment(example), ", ".join(_link(module) for module in using[example])]
        for example in examples
    ]
    return (
        f"## Modules\n\n{table(['module', 'what it is', 'examples'], modules)}\n\n"
        f"## Examples\n\n{table(['example', 'what it is', 'modules'], rows)}"
    )


def _modules() -> list[Path]:
    return sorted(main.parent for main in (paths.TERRAFORM / "modules").glob("*/main.tf"))


def _modules_of(example: Path) -> list[Path]:
    """The modules that an example calls."""
    sources = re.findall(r'source = "(\.\./[^"]+)"', (example / "main.tf").read_text())
    return sorted({(example / source).resolve() for source in sources})


def _link(folder: Path) -> str:
    return f"[{folder.name}]({folder.relative_to(paths.TERRAFORM).as_posix()})"


def _summary(module: Path) -> str:
    """The first sentence of a module's README."""
    paragraph = (module / "README.md").read_text().split("\n\n")[1].replace("\n", " ")
    return re.split(r"(?<=\.) ", paragraph)[0]


def _comment(example: Path) -> str:
    """The comment that an example begins with."""
    lines = (example / "main.tf").read_text().partition("\n\n")[0].splitlines()
    return " ".join(line.removeprefix("# ") for line in lines)


def module_tables(module: Path) -> str:
    """What a module needs and makes, its inputs and its outputs, as tables in Markdown."""
    inputs = [
        [f"`{name}`", f"`{_type(said['type'])}`", _sentence(said), _default(said)]
        for name, said in sorted(_blocks(module, "variable").items())
    ]
    outputs = [
        [f"`{name}`", _sentence(said)] for name, said in sorted(_blocks(module, "output").items())
    ]
    return (
        f"## Requirements\n\n{table(['name', 'version'], _requirements(module))}\n\n"
        f"## Resources\n\n{_resources(module)}\n\n"
        f"## Inputs\n\n{table(['name', 'type', 'what it is', 'default'], inputs)}\n\n"
        f"## Outputs\n\n{table(['name', 'what it is'], outputs)}"
    )


def _requirements(module: Path) -> list[list[str]]:
    """The versions of Terraform and of the provider that a module works with."""
    (needed,) = _load(module / "terraform.tf")["terraform"]
    (providers,) = needed["required_providers"]
    versions = {"terraform": needed["required_version"]}
    versions |= {name: provider["version"] for name, provider in providers.items()}
    return [[f"`{name}`", f"`{version}`"] for name, version in versions.items()]


def _resources(module: Path) -> str:
    """What a module makes itself, and the modules that it calls, as a list in Markdown."""
    files = [_load(file) for file in sorted(module.glob("*.tf"))]
    kinds = {kind for file in files for block in file.get("resource", []) for kind in block}
    called = {
        Path(call["source"]).name
        for file in files
        for block in file.get("module", [])
        for call in block.values()
    }
    made = [f"`{kind}`" for kind in sorted(kinds)]
    made += [f"module [{name}](../{name})" for name in sorted(called)]
    return "\n".join(f"- {one}" for one in made) or "None: it only reads."


def _blocks(folder: Path, kind: str) -> dict[str, dict[str, Any]]:
    """Every `variable` or `output` of a module by its name."""
    found = _load(folder / f"{kind}s.tf").get(kind, [])
    return {name: body for block in found for name, body in block.items()}


def _load(file: Path) -> dict[str, Any]:
    said: dict[str, Any] = loads(file.read_text())
    return said


def _type(said: str) -> str:
    """The type in one line; of an object only that it is one, its fields are in variables.tf."""
    text = re.sub(r"\s+", " ", said.removeprefix("${").removesuffix("}"))
    return re.sub(r"object\(\{.*\}\)", "object", text) if "object" in text else text


def _sentence(said: Mapping[str, Any]) -> str:
    return str(said["description"]).replace("|", "\\|")


def _default(said: Mapping[str, Any]) -> str:
    return f"`{_value(said['default'])}`" if "default" in said else "required"


def _value(value: Any) -> str:
    """A value for people: `rate 100, burst 200`, `yes`, `none`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, "null", "", [], {}):
        return NOTHING
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(_value(part) for part in value)
    return str(value)


def _replaced(text: str, made: str, begin: str = BEGIN, end: str = END) -> str:
    """`text` with `made` as its generated part, at the end if it has none yet."""
    part = f"{begin}\n\n{made}\n\n{end}"
    if begin not in text:
        return f"{text.rstrip()}\n\n{part}\n"
    before, _, rest = text.partition(begin)
    return before + part + rest.partition(end)[2]


def main() -> None:
    """Writes every page whose generated part is out of date."""
    for page, text in pages().items():
        if page.read_text() != text:
            page.write_text(text)


if __name__ == "__main__":
    main()
