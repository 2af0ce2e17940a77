"""Installs what answers for Kinesis, a program that npm downloads, or says why that cannot be done.

It happens at the first request. LocalStack waits for npm without a limit: without a network npm
tries for more than a minute, and an SDK gives up after one.
"""

from __future__ import annotations

import shutil
import subprocess

from localstack_host.localstack_api import CommonServiceException

# An SDK waits for a minute, and the program has to start, too.
TIMEOUT_S = 45
HINT = (
    "npm has to reach its registry: it reads npm_config_registry, npm_config_https_proxy and "
    "NODE_EXTRA_CA_CERTS of the shell that starts the emulator."
)


def install(folder: str, package: str) -> None:
    """Installs an npm package into a folder. Raises CommonServiceException with the reason."""
    npm = shutil.which("npm")
    if npm is None:
        raise _failure(package, "there is no npm", "Install Node.js, and restart the emulator.")
    command = [npm, "install", "--prefix", folder, "--no-audit", "--no-fund", "--fetch-retries=1"]
    try:
        done = subprocess.run(
            [*command, package],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise _failure(package, f"npm did not end within {TIMEOUT_S} s", HINT) from None
    if done.returncode:
        raise _failure(package, _reason(done.stderr), HINT)


def _reason(output: str) -> str:
    """What npm says in words: its last lines name a log."""
    lines = [line.removeprefix("npm error ") for line in output.splitlines()]
    words = [line for line in lines if " " in line and not line.startswith(("code ", "errno "))]
    return f"npm says: {words[0].rstrip('.')}" if words else "npm failed and does not say why"


def _failure(package: str, reason: str, hint: str) -> CommonServiceException:
    text = f"Kinesis needs the npm package {package}, which could not be installed: {reason}."
    # SDKs try again what ends with 5xx: each try would take as long.
    return CommonServiceException("ServiceUnavailable", f"{text} {hint}", 400, True)
