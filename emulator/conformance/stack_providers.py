"""Samples without the small providers beside that of AWS: `archive`, `random`, `template`.

They make a zip, a name that nobody has, or a text. Terraform does that by itself if the zips are
there. So a run needs no provider but that of AWS, and is the same each time.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from conformance.terraform_source import Block, Module, modules

_REQUIRED = re.compile(r"^[ \t]*(?:archive|random|template)\s*=\s*\{[^}]*\}\n?", re.MULTILINE)
_PROVIDER = re.compile(r'^[ \t]*provider\s+"(?:archive|random|template)"\s*\{[^}]*\}', re.MULTILINE)
# The provider's date of all files.
_DATE = (2049, 1, 1, 0, 0, 0)
_RANDOM = (
    *("random_id", "random_integer", "random_password", "random_pet"),
    *("random_string", "random_uuid"),
)


def replace(root: Path, variables: dict[str, str]) -> None:
    """Rewrites the modules of a stack. Raises ValueError for what is not known before a plan."""
    called = modules(root, variables)
    values: dict[Path, dict[str, str]] = {module.folder: {} for module in called}
    for module in called:
        for block in module.blocks():
            if (make := _KINDS.get(block.kind)) is not None:
                values[module.folder][f"{block.kind}.{block.name}"] = make(block, module)
    for module in {module.folder: module for module in called}.values():
        told = values[module.folder]
        for file in module.files:
            file.write_text(_rewritten(file.read_text(), module, set(told)))
        if told:
            lines = "\n".join(f"  {_local(name)} = {value}" for name, value in told.items())
            (module.folder / "conformance.tf").write_text(f"locals {{\n{lines}\n}}\n")


def _rewritten(text: str, module: Module, names: set[str]) -> str:
    """The text without these blocks, and with references to local values."""
    text = _PROVIDER.sub("", _REQUIRED.sub("", text))
    blocks = [block for block in module.blocks_of(text) if f"{block.kind}.{block.name}" in names]
    for block in reversed(blocks):
        text = text[: block.start] + text[block.end :]
    for name in names:
        reference = rf"\b(?:data\.)?{re.escape(name)}\b(?!-)"
        # A value has nothing that others could wait for.
        text = re.sub(rf"depends_on\s*=\s*\[\s*{reference}\s*,?\s*\]", "", text)
        text = re.sub(reference, f"local.{_local(name)}", text)
    return text


def _local(name: str) -> str:
    return name.replace(".", "_")


@dataclass(frozen=True)
class _File:
    name: str
    content: bytes


def _archive(block: Block, module: Module) -> str:
    """A zip that is made now, and what the provider says of it; a map of these `for_each`."""
    if block.has("for_each"):
        instances = module.instances(block).items()
        told = ", ".join(f'"{key}" = {_zip(one, module)}' for key, one in instances)
        return f"{{ {told} }}"
    return _zip(block, module)


def _zip(block: Block, module: Module) -> str:
    output = block.argument("output_path")
    path = module.path(output)
    files = list(_files(block, module))
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(ZipInfo(file.name, _DATE), file.content)
    digests = {
        "output_base64sha256": "filebase64sha256",
        "output_md5": "filemd5",
        "output_sha": "filesha1",
    }
    told = ", ".join(f"{name} = {function}({output})" for name, function in digests.items())
    return f"{{ output_path = {output}, {told} }}"


def _files(block: Block, module: Module) -> Iterator[_File]:
    if block.has("source_file"):
        file = module.path(block.argument("source_file"))
        yield _File(file.name, file.read_bytes())
        return
    folder = module.path(block.argument("source_dir"))
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        yield _File(str(file.relative_to(folder)), file.read_bytes())


def _random(block: Block, _module: Module) -> str:
    """Always the same, made of the block's name: in lower case, as buckets want it."""
    if block.kind == "random_integer":
        return f"{{ result = {block.argument('min')}, id = {block.argument('min')} }}"
    digest = sha256(block.name.encode()).hexdigest()
    text = digest[: int(block.argument("length")) if block.has("length") else 8]
    forms = ("id", "result", "hex", "b64_url", "b64_std")
    told = ", ".join(f'{form} = "{text}"' for form in forms)
    return f"{{ {told}, dec = {int(digest[:8], 16)} }}"


def _template(block: Block, _module: Module) -> str:
    file = re.fullmatch(r"file\((.+)\)", block.argument("template"))
    variables = re.search(r"vars\s*=?\s*(\{.*\})", block.body, re.DOTALL)
    if file is None:
        raise ValueError(f"A template that is no file: {block.name}")
    named = variables.group(1) if variables else "{}"
    return f"{{ rendered = templatefile({file.group(1)}, {named}) }}"


_KINDS: dict[str, Callable[[Block, Module], str]] = {
    "archive_file": _archive,
    "template_file": _template,
    **dict.fromkeys(_RANDOM, _random),
}
