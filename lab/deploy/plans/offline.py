"""Plans an environment for an account that does not exist: no network, no credentials.

Terraform calls AWS for the caller's identity and for its data sources. A local server responds like
an empty account. It refuses other requests, and the plan fails: a new data source needs a response
here.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lab.core import child_processes, naming, paths
from lab.deploy.account.terraform import captured
from lab.deploy.terraform import provider
from lab.deploy.terraform.shared_provider import shared_provider

ACCOUNT = "123456789012"
"""The account in AWS's own examples."""

CALLER_IDENTITY = f"""\
<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::{ACCOUNT}:user/nobody</Arn><UserId>NOBODY</UserId><Account>{ACCOUNT}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>00000000</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>
"""

NO_FUNCTIONS = '{"Functions": []}'


def plan_of(environment: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """Returns the plan for an empty account, as printed by `terraform show -json`.

    `arguments` are for `terraform plan`, such as `-var=...`. Works on a copy of the sources below
    `folder`. Raises LabError if Terraform is not installed, and with its message if it fails.
    """
    root = _copy(environment, folder)
    package = f"-var=functions_package={_placeholder_package(folder)}"
    return plan_in(root, folder, package, *arguments)


def plan_in(root: Path, folder: Path, *arguments: str) -> dict[str, Any]:
    """Returns the plan of the configuration in `root`; `folder` is for Terraform's own files."""
    with _empty_account() as endpoint:
        variables = _variables(endpoint, folder)
        captured(root, variables, "init", "-input=false", "-lockfile=readonly")
        with shared_provider("plan", root, variables) as shared:
            variables |= shared.variables
            plan = ("plan", "-input=false", "-lock=false", "-out=plan")
            captured(root, variables, *plan, *arguments)
            shown = captured(root, variables, "show", "-json", "plan")
    planned: dict[str, Any] = json.loads(shown)
    return planned


def _copy(environment: str, folder: Path) -> Path:
    """Returns the environment's folder in a copy with a local state."""
    ignored = shutil.ignore_patterns(
        ".terraform", "backend.tf", "backend.hcl", "*_override.tf", "account.auto.tfvars"
    )
    shutil.copytree(paths.TERRAFORM, folder / "terraform", ignore=ignored, dirs_exist_ok=True)
    definition = Path("functions/checkout_api/openapi.json")
    (folder / definition).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(paths.ROOT / definition, folder / definition)
    return folder / "terraform" / "environments" / environment


def _placeholder_package(folder: Path) -> Path:
    """Writes a placeholder: the plan must not depend on the functions' code."""
    package = folder / "functions.zip"
    package.write_bytes(b"of no importance")
    return package


def _variables(endpoint: str, folder: Path) -> dict[str, str]:
    credentials = child_processes.in_no_account(endpoint, naming.shop().region)
    return credentials | provider.variables(folder)


@contextmanager
def _empty_account() -> Iterator[str]:
    """Yields the URL of a server that responds like an empty account."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _EmptyAccountHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _EmptyAccountHandler(BaseHTTPRequestHandler):
    """Responds to the requests of a plan."""

    def do_POST(self) -> None:
        """Handles STS's `GetCallerIdentity`, and refuses other requests."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if "Action=GetCallerIdentity" in body:
            self._respond(200, "text/xml", CALLER_IDENTITY)
        else:
            self._refuse(body)

    def do_GET(self) -> None:
        """Handles Lambda's `ListFunctions`, and refuses other requests."""
        if self.path.startswith("/2015-03-31/functions"):
            self._respond(200, "application/json", NO_FUNCTIONS)
        else:
            self._refuse(self.path)

    def _refuse(self, request: str) -> None:
        message = f"lab/deploy/plans/offline.py has no response to {self.command} {request}"
        self._respond(400, "application/json", json.dumps({"message": message}))

    def _respond(self, status: int, kind: str, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        """Suppresses the server's log."""
