"""The plan of an environment for an account that does not exist: no network, no credentials.

Terraform asks AWS who it is, and for what its data sources read. A little server answers as an
account would in which there is nothing. What it does not know it refuses, and the plan fails: then
a new data source needs an answer here.
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

ACCOUNT = "123456789012"
"""The account in AWS's own examples."""

WHO = f"""\
<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::{ACCOUNT}:user/nobody</Arn><UserId>NOBODY</UserId><Account>{ACCOUNT}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>00000000</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>
"""

NO_FUNCTIONS = '{"Functions": []}'


def plan_of(environment: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """The plan for an empty account, as `terraform show -json` prints it.

    `arguments` are for `terraform plan`, such as `-var=...`. Works on a copy of the sources below
    `folder`. Raises LabError without Terraform, and with
    Terraform's own words if it fails.
    """
    root = _copy(environment, folder)
    with _empty_account() as endpoint:
        variables = _variables(endpoint, folder)
        captured(root, variables, "init", "-input=false", "-lockfile=readonly")
        package = f"-var=functions_package={_some_package(folder)}"
        plan = ("plan", "-input=false", "-lock=false", "-out=plan", package)
        captured(root, variables, *plan, *arguments)
    told: dict[str, Any] = json.loads(captured(root, variables, "show", "-json", "plan"))
    return told


def _copy(environment: str, folder: Path) -> Path:
    """The environment's folder in a copy that keeps its state beside itself."""
    kept = shutil.ignore_patterns(".terraform", "backend.tf", "backend.hcl", "*_override.tf")
    shutil.copytree(paths.TERRAFORM, folder / "terraform", ignore=kept, dirs_exist_ok=True)
    definition = Path("functions/checkout_api/openapi.json")
    (folder / definition).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(paths.ROOT / definition, folder / definition)
    return folder / "terraform" / "environments" / environment


def _some_package(folder: Path) -> Path:
    """The plan must not depend on the functions' code."""
    package = folder / "functions.zip"
    package.write_bytes(b"of no importance")
    return package


def _variables(endpoint: str, folder: Path) -> dict[str, str]:
    nobody = child_processes.in_no_account(endpoint, naming.shop().region)
    return nobody | provider.variables(folder)


@contextmanager
def _empty_account() -> Iterator[str]:
    """The URL of an AWS with nothing in it, for as long as the context lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Nothing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Nothing(BaseHTTPRequestHandler):
    """Answers the calls that a plan makes."""

    def do_POST(self) -> None:
        """STS's `GetCallerIdentity`; whatever else is asked is refused."""
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if "Action=GetCallerIdentity" in sent:
            self._answer(200, "text/xml", WHO)
        else:
            self._refuse(sent)

    def do_GET(self) -> None:
        """Lambda's `ListFunctions`; whatever else is asked is refused."""
        if self.path.startswith("/2015-03-31/functions"):
            self._answer(200, "application/json", NO_FUNCTIONS)
        else:
            self._refuse(self.path)

    def _refuse(self, what: str) -> None:
        message = f"lab/deploy/plans/offline.py has no answer to {self.command} {what}"
        self._answer(400, "application/json", json.dumps({"message": message}))

    def _answer(self, status: int, kind: str, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        """Says nothing: a plan is not a place for a server's log."""
