"""Where Terraform gets its provider: a mirror on disk if there is one, else the registry."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from pathlib import Path

from lab.core import paths, preconditions

PROVIDER = Path("registry.terraform.io/hashicorp/aws")

MIRRORED = """\
disable_checkpoint = true

provider_installation {{
  filesystem_mirror {{
    path    = "{mirror}"
    include = ["registry.terraform.io/hashicorp/aws"]
  }}
  direct {{
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }}
}}
"""

FROM_REGISTRY = """\
disable_checkpoint = true
plugin_cache_dir   = "{cache}"
"""


# Each start of the provider makes hundreds of MB of descriptions. Collecting garbage later saves a
# quarter of Terraform's processor time, for 100 MB more (docs/performance.md). 100 is Go's default.
GARBAGE = "300"

FETCHED = 900 * preconditions.MB
"""The provider and, while it is unpacked, its archive."""


def variables(folder: Path) -> dict[str, str]:
    """What a Terraform that the lab runs is told by its environment; a GOGC of the user's stays.

    `folder` is where a CLI configuration may be written to.
    """
    collecting = os.environ.get("GOGC", GARBAGE)
    return {"TF_CLI_CONFIG_FILE": str(cli_config(folder)), "GOGC": collecting}


def provider_mirror() -> Path | None:
    """The folder on this machine that has the pinned AWS provider for its platform, if any.

    Looks in `LAB_TF_MIRROR`, in the folders that Terraform looks in by itself, then in `/opt/*`.
    """
    version = locked_version()
    return next((folder for folder in _candidates() if _offers(folder, version)), None)


def cli_config(folder: Path) -> Path:
    """The CLI configuration to run Terraform with: the user's own, or one written to `folder`."""
    own = _own_config()
    if own:
        return own
    mirror = provider_mirror()
    config = folder / "cli.tfrc"
    config.write_text(MIRRORED.format(mirror=mirror.as_posix()) if mirror else _with_cache())
    return config


def locked_version() -> str:
    """The provider's version in the committed lock file."""
    lock = (paths.TERRAFORM / "environments" / "dev" / ".terraform.lock.hcl").read_text()
    found = re.search(r'hashicorp/aws" \{\s*version\s*=\s*"([^"]+)"', lock)
    return found[1] if found else ""


def require_room() -> None:
    """Raises LabError if the provider has to be fetched, and there is no room for it."""
    if _own_config() or provider_mirror() or _offers(_cache(), locked_version()):
        return
    preconditions.require_room(_cache(), FETCHED, "Terraform's AWS provider")


def _cache() -> Path:
    """Shared by every lab of this checkout: the provider is 700 MB."""
    return paths.ROOT / ".lab" / "terraform-plugins"


def _with_cache() -> str:
    cache = _cache()
    cache.mkdir(parents=True, exist_ok=True)
    return FROM_REGISTRY.format(cache=cache.as_posix())


def _own_config() -> Path | None:
    named = [os.environ.get("TF_CLI_CONFIG_FILE"), "~/.terraformrc"]
    files = [_expanded(name) for name in named if name]
    return next((file for file in files if file.is_file()), None)


def _expanded(name: str) -> Path:
    """The path with `~` as the user's home directory, if the system knows one."""
    return Path(os.path.expanduser(name))  # noqa: PTH111 - Path's own fails without one


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("LAB_TF_MIRROR"):
        yield _expanded(named).absolute()
    data = _expanded(os.environ.get("XDG_DATA_HOME") or "~/.local/share")
    yield _expanded("~/.terraform.d/plugins")
    yield _expanded("~/Library/Application Support/io.terraform/plugins")
    yield Path("/Library/Application Support/io.terraform/plugins")
    yield data / "terraform" / "plugins"
    yield Path("/usr/local/share/terraform/plugins")
    yield Path("/usr/share/terraform/plugins")
    yield from sorted(Path("/opt").glob("*/"))


def _offers(folder: Path, version: str) -> bool:
    here = folder / PROVIDER
    unpacked = here / version / _platform()
    packed = here / f"terraform-provider-aws_{version}_{_platform()}.zip"
    return unpacked.is_dir() or packed.is_file()


def _platform() -> str:
    machine = platform.machine().lower()
    processor = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    return f"{platform.system().lower()}_{processor}"
