"""As much of Terraform's language as is needed to rewrite samples: blocks, modules, known paths."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

_KINDS = "data|resource|module|variable"
_BLOCK = re.compile(
    rf'^[ \t]*({_KINDS})[ \t]+"?(\w[\w-]*)"?[ \t]*(?:"([\w-]+)")?[ \t]*\{{', re.MULTILINE
)
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|//[^\n]*|[{}]')
_ARGUMENT = r"^[ \t]*{name}[ \t]*=[ \t]*(.+?)[ \t]*(?:#.*)?$"
_LOCAL = re.compile(r"local\.(\w+)")
_SET = re.compile(r"toset\((.*)\)", re.DOTALL)
_LIST = r"^[ \t]*{name}[ \t]*=[ \t]*(\[[^\]]*\])"
_REFERENCE = re.compile(r"(\$\{\s*)?\b(local|var|path)\.(\w+)(?(1)\s*\})")


@dataclass(frozen=True)
class Block:
    """A block: of a resource or data its kind is the type, of others `module` or `variable`."""

    kind: str
    name: str
    body: str
    start: int
    end: int

    def has(self, argument: str) -> bool:
        """Whether an argument is given."""
        return _search(argument, self.body) is not None

    def argument(self, name: str) -> str:
        """The expression that an argument has. Raises ValueError if it has none."""
        found = _search(name, self.body)
        if found is None:
            raise ValueError(f"{self.kind} {self.name} has no {name}.")
        return found


@dataclass(frozen=True)
class Module:
    """A folder with Terraform, and who calls it; for the first, the values of its variables."""

    root: Path
    folder: Path
    variables: dict[str, str]
    caller: "Module | None" = None
    call: Block | None = None

    @property
    def files(self) -> list[Path]:
        """Its files."""
        return sorted(self.folder.glob("*.tf"))

    def blocks(self) -> list[Block]:
        """Its blocks."""
        return self.blocks_of("\n".join(file.read_text() for file in self.files))

    def blocks_of(self, text: str) -> list[Block]:
        """The blocks of a text, in order."""
        return list(_blocks(text))

    def instances(self, block: Block) -> dict[str, Block]:
        """A block for each key of its `for_each`. Raises ValueError for what is no list."""
        expression = block.argument("for_each")
        while (named := _SET.fullmatch(expression) or _LOCAL.fullmatch(expression)) is not None:
            is_set = named.re is _SET
            expression = named.group(1).strip() if is_set else self._local(named.group(1))
        if not expression.startswith("["):
            raise ValueError(f"{block.kind} {block.name} is for each of no list: {expression}")
        return {key: _instance(block, key) for key in re.findall(r'"([^"]*)"', expression)}

    def path(self, expression: str) -> Path:
        """The path that an expression gives. Raises ValueError for one that only a plan knows."""
        return self.root / self._text(expression)

    def _text(self, expression: str) -> str:
        text = expression.strip()
        while (found := _REFERENCE.search(text)) is not None:
            text = text.replace(found.group(), self._value(found.group(2), found.group(3)))
        text = text.strip('"')
        if "${" in text or "(" in text:
            raise ValueError(f"Only a plan knows {expression}")
        return text

    def _value(self, kind: str, name: str) -> str:
        if kind == "path":
            return str(self.folder if name == "module" else self.root)
        if kind == "local":
            return self._text(self._local(name))
        if self.caller is not None and self.call is not None and self.call.has(name):
            return self.caller._text(self.call.argument(name))
        if self.caller is None and name in self.variables:
            return self.variables[name]
        for block in self.blocks():
            if (block.kind, block.name) == ("variable", name):
                return self._text(block.argument("default"))
        return _unknown(f"var.{name}")

    def _local(self, name: str) -> str:
        source = "\n".join(file.read_text() for file in self.files)
        found = re.search(_LIST.format(name=name), source, re.MULTILINE)
        value = found.group(1) if found else _search(name, source)
        return value if value is not None else _unknown(f"local.{name}")


def modules(root: Path, variables: dict[str, str]) -> list[Module]:
    """The first module and all that it calls from folders, once for each call."""
    named = _named_values(root) | variables
    found = [Module(root, root, named)]
    for module in found:
        for block in module.blocks():
            if block.kind == "module" and block.argument("source").startswith('".'):
                folder = (module.folder / block.argument("source").strip('"')).resolve()
                found.append(Module(root, folder, {}, module, block))
    return found


def _instance(block: Block, key: str) -> Block:
    body = re.sub(r"\$\{each\.(?:key|value)\}", key, block.body)
    return replace(block, body=re.sub(r"\beach\.(?:key|value)\b(?!\.)", f'"{key}"', body))


def _named_values(root: Path) -> dict[str, str]:
    file = root / "terraform.tfvars"
    text = file.read_text() if file.is_file() else ""
    return dict(re.findall(r'^\s*(\w+)\s*=\s*"([^"]*)"', text, re.MULTILINE))


def _search(name: str, text: str) -> str | None:
    found = re.search(_ARGUMENT.format(name=name), text, re.MULTILINE)
    return found.group(1) if found else None


def _blocks(text: str) -> Iterator[Block]:
    for found in _BLOCK.finditer(text):
        kind, label, name = found.groups()
        end = _end(text, found.end())
        whole = (label, name) if name is not None else (kind, label)
        yield Block(*whole, text[found.end() : end - 1], found.start(), end)


def _end(text: str, start: int) -> int:
    """The place behind the brace that closes the one before the start."""
    depth = 1
    for found in _TOKEN.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(found.group(), 0)
        if not depth:
            return found.end()
    raise ValueError(f"A block does not end: {text[start : start + 80]}")


def _unknown(name: str) -> str:
    raise ValueError(f"{name} has no value that is known before a plan.")
