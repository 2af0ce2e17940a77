"""Where Terraform gets its provider from: a mirror on disk, or else the registry."""

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


# Each start of the provider allocates hundreds of MB of schemas. A later garbage collection saves a
# quarter of Terraform's processor time, for 100 MB more (docs/performance.md). 100 is Go's default.
GC_PERCENT = "300"

DOWNLOAD_SIZE = 900 * preconditions.MB
"""The size of the provider and, while it is unpacked, of its archive."""


def variables(folder: Path) -> dict[str, str]:
    """Returns environment variables for Terraform; the user's own GOGC is kept.

    `folder` is where a CLI configuration may be written to.
    """
    collecting = os.environ.get("GOGC", GC_PERCENT)
    return {"TF_CLI_CONFIG_FILE": str(cli_config(folder)), "GOGC": collecting}


def provider_mirror() -> Path | None:
    """Returns the folder with the pinned AWS provider for this platform, if there is one.

    Searches `LAB_TF_MIRROR`, then Terraform's own plugin folders, then `/opt/*`.
    """
    version = locked_version()
    return next((folder for folder in _candidates() if _offers(folder, version)), None)


def cli_config(folder: Path) -> Path:
    """Returns the CLI configuration for Terraform: the user's own, or one written to `folder`."""
    own = own_config()
    if own:
        return own
    mirror = provider_mirror()
    config = folder / "cli.tfrc"
    config.write_text(MIRRORED.format(mirror=mirror.as_posix()) if mirror else _with_cache())
    return config


def locked_version() -> str:
    """Returns the provider's version in the committed lock file."""
    lock = (paths.TERRAFORM / "environments" / "dev" / ".terraform.lock.hcl").read_text()
    match = re.search(r'hashicorp/aws" \{\s*version\s*=\s*"([^"]+)"', lock)
    return match[1] if match else ""


def require_room() -> None:
    """Raises LabError if the provider must be downloaded, and there is no space for it."""
    if own_config() or provider_mirror() or _offers(_cache(), locked_version()):
        return
    preconditions.require_room(_cache(), DOWNLOAD_SIZE, "Terraform's AWS provider")


def _cache() -> Path:
    """Returns the cache, which all labs of this checkout share: the provider has 700 MB."""
    return paths.ROOT / ".lab" / "terraform-plugins"


def _with_cache() -> str:
    cache = _cache()
    cache.mkdir(parents=True, exist_ok=True)
    return FROM_REGISTRY.format(cache=cache.as_posix())


def own_config() -> Path | None:
    """The CLI configuration that the user has for Terraform, if there is one."""
    configured = [os.environ.get("TF_CLI_CONFIG_FILE"), "~/.terraformrc"]
    files = [_expanded(name) for name in configured if name]
    return next((file for file in files if file.is_file()), None)


def _expanded(name: str) -> Path:
    """Expands `~` in a path, if the user has a home directory."""
    return Path(os.path.expanduser(name))  # noqa: PTH111 - Path's own fails without one


def _candidates() -> Iterator[Path]:
    if configured := os.environ.get("LAB_TF_MIRROR"):
        yield _expanded(configured).absolute()
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
