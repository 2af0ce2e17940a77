"""Compares what `terraform/` uses of the AWS provider with another version of it.

    npm pack @cdktn/provider-aws@25.7.0 && tar xzf cdktn-provider-aws-25.7.0.tgz
    .venv/bin/python scripts/check-provider-schema.py package/lib

The package has the provider's schema as types of TypeScript: one folder for each resource and data
source, one interface for each block, one getter for each attribute. Prints every block, argument
and attribute of ours that is not there, and exits with 1 if there is one. What is in a statement of
a web ACL has no type there and is passed over. docs/provider-6.md says what came of it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hcl2.api import loads

TERRAFORM = Path(__file__).resolve().parent.parent / "terraform"
OF_TERRAFORM = {"count", "for_each", "provider", "depends_on", "lifecycle"}
RENAMED = {"equals": "equalTo"}
"""What the package renames because Java has a method of that name."""

Properties = dict[str, str]


@dataclass(frozen=True)
class Schema:
    """Of one resource or data source: its arguments, the blocks in it, and what it can be asked."""

    arguments: Properties
    interfaces: Mapping[str, Properties]
    attributes: frozenset[str]


def camel(name: str) -> str:
    """What the package calls an argument."""
    first, *rest = name.split("_")
    return RENAMED.get(name, first + "".join(part.capitalize() for part in rest))


def schema_of(library: Path, kind: str, *, data: bool) -> Schema | None:
    """The schema of a resource or data source such as `aws_sqs_queue`; none if it is not there."""
    name = kind.removeprefix("aws_").replace("_", "-")
    folder = library / (f"data-aws-{name}" if data else name)
    text = "\n".join(file.read_text() for file in sorted(folder.rglob("*.d.ts")))
    bodies = re.findall(r"^export interface (\w+)(.*?)\{(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    interfaces = {n: dict(re.findall(r"readonly (\w+)\??: ([^;]+);", b)) for n, _, b in bodies}
    top = next((n for n, extends, _ in bodies if "MetaArguments" in extends), None)
    getters = frozenset(re.findall(r"get (\w+)\(\)", text))
    return Schema(interfaces[top], interfaces, getters) if top else None


def missing(schema: Schema, body: Mapping[str, Any], known: Properties) -> Iterator[str]:
    """The arguments in a block that are not in the schema, those in nested blocks included."""
    for name, value in plain(body).items():
        if camel(name) not in known:
            yield name
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            yield from missing_in(schema, name, value, known[camel(name)])


def missing_in(schema: Schema, name: str, blocks: list[Any], kind: str) -> Iterator[str]:
    """The same of the blocks of one name. `kind` is their type in the package."""
    words = re.findall(r"\w+", kind)
    nested = next((schema.interfaces[w] for w in words if w in schema.interfaces), {})
    for block in blocks if "any" not in words else []:
        yield from (f"{name}.{inner}" for inner in missing(schema, block, nested))


def plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """A block without what is Terraform's own, and with dynamic blocks as if they were written."""
    own = {k: v for k, v in body.items() if k not in OF_TERRAFORM and not k.startswith("__")}
    for block in own.pop("dynamic", []):
        own |= {name: inner["content"] for name, inner in block.items()}
    return own


def arguments_missing(library: Path, file: Path) -> Iterator[str]:
    """Resources, data sources and arguments of a file that the package does not have."""
    tree = loads(file.read_text())
    for mode in ("resource", "data"):
        for kind, named in (pair for block in tree.get(mode, []) for pair in block.items()):
            schema = schema_of(library, kind, data=mode == "data")
            if not schema:
                yield f"{mode} {kind}"
                continue
            for body in named.values():
                lost = missing(schema, body, schema.arguments)
                yield from (f"{mode} {kind}: {name}" for name in lost)


def attributes_missing(library: Path, file: Path) -> Iterator[str]:
    """Attributes that a file reads and the package does not have."""
    used = re.findall(r"\b(data\.)?(aws_\w+)\.\w+(?:\[[^\]]*\])?\.(\w+)", file.read_text())
    for data, kind, attribute in used:
        schema = schema_of(library, kind, data=bool(data))
        if schema and camel(attribute) not in schema.attributes:
            yield f"{data}{kind}: attribute {attribute}"


def main() -> None:
    """Prints what is missing."""
    library = Path(sys.argv[1])
    files = [file for file in sorted(TERRAFORM.rglob("*.tf")) if ".terraform" not in file.parts]
    found = {
        f"{file.relative_to(TERRAFORM)}: {what}"
        for file in files
        for check in (arguments_missing, attributes_missing)
        for what in check(library, file)
    }
    said = "\n".join(sorted(found)) or f"{len(files)} files: everything is there."
    sys.stdout.write(f"{said}\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
