"""The suites that are known: how each is recognised, installed and run; and where it is found."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

from conformance.programs import ConformanceError, installer_variables, need

LOCALSTACK = "localstack"
STANDALONE = "standalone"


@dataclass(frozen=True)
class Suite:
    """One suite. `{endpoint}`, `{report}` and `{python}` stand for what is known when it runs."""

    name: str
    title: str
    # All of these files are in its folder, and not all of them in that of another suite.
    recognised_by: tuple[str, ...]
    command: tuple[str, ...]
    variables: dict[str, str]
    # Further ones when the target is of this kind.
    variables_on: dict[str, dict[str, str]] = field(default_factory=dict)
    # Of a suite in Python: it runs in its own folder. Without: a suite for npm, run in a copy.
    requirements: tuple[str, ...] = ()
    timeout: float = 900.0


SUITES = (
    Suite(
        name="parity",
        title="DynamoDB Parity Suite",
        recognised_by=("vitest.config.ts", "src/client.ts", "tests/tier1", "tests/tier2"),
        command=("node_modules/.bin/vitest", "run", "--reporter=junit", "--outputFile={report}"),
        variables={"DYNAMODB_ENDPOINT": "{endpoint}"},
    ),
    Suite(
        name="localstack",
        title="what LocalStack recorded on AWS of DynamoDB and its streams",
        recognised_by=("tests/aws/conftest.py", "tests/aws/services/dynamodb/test_dynamodb.py"),
        requirements=("localstack-core[runtime,test]==4.14.0", "cbor2<6"),
        command=(
            *("{python}", "-m", "pytest", "-m", "aws_validated", "-p", "no:cacheprovider"),
            *("--junitxml={report}", "--override-ini=log_level=WARNING"),
            "tests/aws/services/dynamodb",
            "tests/aws/services/dynamodbstreams",
        ),
        variables={
            "TEST_AWS_ENDPOINT_URL": "{endpoint}",
            "TEST_SKIP_LOCALSTACK_START": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        # It asks STS for its account where STS is offered.
        variables_on={STANDALONE: {"SERVICES": "dynamodb,dynamodbstreams"}},
    ),
)


@dataclass(frozen=True)
class Checkout:
    """A suite, and the folder that it is in."""

    suite: Suite
    folder: Path


def find(source: str, work_folder: Path) -> Checkout:
    """The suite in a folder, or behind a repository's address (`https://…#branch`)."""
    if _is_address(source):
        folder = _fetched(source, work_folder / "checkouts")
    else:
        folder = Path(source).expanduser().absolute()
    if not folder.is_dir():
        raise ConformanceError(
            f"There is no folder {folder}. Name the folder of a suite, or its repository's address."
        )
    for suite in SUITES:
        if all((folder / name).exists() for name in suite.recognised_by):
            return Checkout(suite, folder)
    raise ConformanceError(f"{source} is no suite that is known.\n{_known_suites()}")


def _known_suites() -> str:
    lines = [
        f"  {suite.name}: {suite.title}; its folder has {', '.join(suite.recognised_by)}"
        for suite in SUITES
    ]
    return "\n".join(("Known are:", *lines))


def _is_address(source: str) -> bool:
    return "://" in source or source.startswith("git@")


def _fetched(source: str, folder: Path) -> Path:
    address, _, revision = source.partition("#")
    checkout = folder / re.sub(r"[^A-Za-z0-9.]+", "-", address)
    rmtree(checkout, ignore_errors=True)
    checkout.mkdir(parents=True)
    git = need("git", "Install it, or name a folder.")
    for arguments in (
        ("init", "--quiet"),
        ("fetch", "--quiet", "--depth=1", address, revision or "HEAD"),
        ("checkout", "--quiet", "FETCH_HEAD"),
    ):
        done = subprocess.run(
            [git, *arguments],
            cwd=checkout,
            env=installer_variables(GIT_TERMINAL_PROMPT="0"),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise ConformanceError(
                f"{source} could not be fetched: {done.stderr.strip()}\n"
                "Look at the address, or name a folder that you fetched yourself."
            )
    return checkout
