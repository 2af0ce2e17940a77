"""The suites that are known: how each is recognised, installed and run; and where it is found."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

from conformance import stack_sources, stacks
from conformance.programs import ConformanceError, installer_variables, need

LOCALSTACK = "localstack"
STANDALONE = "standalone"
# What a suite can run against, by the names of the command line.
ENGINE, EMULATOR, STOCK, MINISTACK = "engine", "emulator", "stock", "ministack"
PARITY = "parity"
STACKS = "stacks"
_VERSION = "4.14.0"


@dataclass(frozen=True)
class Suite:
    """One suite. `{endpoint}`, its `{port}`, `{report}` and `{python}` are known when it runs."""

    name: str
    title: str
    # All of these files are in its folder.
    recognised_by: tuple[str, ...]
    command: tuple[str, ...]
    variables: dict[str, str]
    # Further ones when the target is of this kind.
    variables_on: dict[str, dict[str, str]] = field(default_factory=dict)
    # What it runs against if nothing is named.
    target: str = ENGINE
    # Services that the emulator offers it besides the default ones.
    services: tuple[str, ...] = ()
    # Of a suite in Python, which shares its environment. Without: a suite for npm.
    requirements: tuple[str, ...] = ()
    # What of its folder is copied, because it writes there; without, all but node_modules.
    copied: tuple[str, ...] = ()
    timeout: float = 900.0


@dataclass(frozen=True)
class Recorded:
    """Tests that LocalStack recorded on AWS: of what, where, and how long they may take."""

    title: str
    # Below tests/aws/services.
    folders: tuple[str, ...] = ()
    minutes: int = 30
    # Below tests/aws.
    scenarios: tuple[str, ...] = ()
    # Services that they are about and the emulator does not offer by default.
    services: tuple[str, ...] = ()

    @property
    def tests(self) -> tuple[str, ...]:
        """The folders and files of the tests."""
        folders = (f"services/{folder}" for folder in self.folders)
        return tuple(f"tests/aws/{place}" for place in (*folders, *self.scenarios))


RECORDED = {
    "apigateway": Recorded("API Gateway (REST)", ("apigateway",)),
    "cloudwatch": Recorded("CloudWatch", ("cloudwatch",)),
    "dynamodb": Recorded("DynamoDB and its streams", ("dynamodb", "dynamodbstreams")),
    "events": Recorded("EventBridge", ("events",)),
    "iam": Recorded("IAM", ("iam",)),
    "kms": Recorded("KMS", ("kms",)),
    # Half of its time goes into tests of other languages: boto3 retries what is refused.
    "lambda": Recorded("Lambda", ("lambda_",), minutes=80),
    "logs": Recorded("CloudWatch Logs", ("logs",)),
    "s3": Recorded("S3", ("s3",)),
    "scheduler": Recorded("EventBridge Scheduler", ("scheduler",)),
    "secretsmanager": Recorded("Secrets Manager", ("secretsmanager",)),
    "ses": Recorded("SES", ("ses",)),
    "sns": Recorded("SNS", ("sns",)),
    "sqs": Recorded("SQS", ("sqs",)),
    "ssm": Recorded("SSM", ("ssm",)),
    "stepfunctions": Recorded("Step Functions", ("stepfunctions",), minutes=60),
    "sts": Recorded("STS", ("sts",)),
    # What the lab does not use.
    "analytics": Recorded(
        "OpenSearch, Redshift and Transcribe",
        ("es", "opensearch", "redshift", "transcribe"),
        services=("es", "opensearch", "redshift", "transcribe"),
    ),
    "cloudformation": Recorded(
        "CloudFormation",
        ("cloudformation",),
        minutes=80,
        services=(
            *("acm", "config", "es", "opensearch", "redshift", "resource-groups"),
            *("route53", "route53resolver", "s3control", "support", "swf", "transcribe"),
        ),
    ),
    "kinesis": Recorded("Kinesis and Firehose", ("firehose", "kinesis")),
    "network": Recorded(
        "EC2, Route 53 and ACM",
        ("acm", "ec2", "route53", "route53resolver"),
        services=("acm", "route53", "route53resolver"),
    ),
    "resources": Recorded(
        "Cloud Control, Resource Groups and tags",
        ("cloudcontrol", "resource_groups", "resourcegroupstaggingapi"),
        services=("resource-groups",),
    ),
    "s3control": Recorded("S3 Control", ("s3control",), services=("s3control",)),
    "scenarios": Recorded(
        "Scenarios of several services",
        # Without test_serverless.py: it deploys to port 4566, whoever answers there.
        scenarios=("scenario", "test_multiregion.py", "test_notifications.py", "test_validate.py"),
        services=("es", "opensearch"),
    ),
}
# Tests use more services than those that they are about.
_BESIDES = (
    *("cloudformation", "dynamodbstreams", "ec2", "firehose", "kinesis"),
    *("scheduler", "secretsmanager"),
)
# The tools are those of its requirements-test.txt: answers are recorded under names of tests, and
# these depend on pytest's version. Later ones of requests send a path that begins with two slashes,
# of cbor2 do not read Kinesis' dates, and of pyOpenSSL do not make the certificates of tests.
_REQUIREMENTS = (
    f"localstack-core[runtime,test]=={_VERSION}",
    *("cbor2==5.8.0", "pytest-timeout>=2.3,<3"),
    *("pytest==9.0.2", "localstack-snapshot==0.3.3", "deepdiff==8.6.1", "jsonpath-ng==1.7.0"),
    *("pyopenssl==25.3.0", "requests==2.32.5"),
)
_PLUGINS = Path(__file__).parent / "plugins"


def _suite(name: str, recorded: Recorded) -> Suite:
    return Suite(
        name=name,
        title=f"LocalStack's tests of {recorded.title}, recorded on AWS",
        recognised_by=("tests/aws/conftest.py", *recorded.tests),
        requirements=_REQUIREMENTS,
        copied=("tests", "pyproject.toml"),
        command=(
            *("{python}", "-m", "pytest", "-m", "aws_validated", "-p", "no:cacheprovider"),
            *("-p", "localstack_address", "--timeout=120"),
            *("--junitxml={report}", "--override-ini=log_level=WARNING"),
            *recorded.tests,
        ),
        variables={
            "TEST_AWS_ENDPOINT_URL": "{endpoint}",
            "TEST_SKIP_LOCALSTACK_START": "1",
            "GATEWAY_LISTEN": "localhost:{port}",
            "PYTHONPATH": str(_PLUGINS),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        # It asks STS for its account where STS is offered.
        variables_on={STANDALONE: {"SERVICES": "dynamodb,dynamodbstreams"}},
        target=ENGINE if name == "dynamodb" else EMULATOR,
        services=(*_BESIDES, *recorded.services),
        timeout=60.0 * recorded.minutes,
    )


_STACK_FOLDERS = tuple(dict.fromkeys(place for stack in stacks.read() for place in stack.places))

SUITES = (
    Suite(
        name=PARITY,
        title="DynamoDB Parity Suite",
        recognised_by=("vitest.config.ts", "src/client.ts", "tests/tier1", "tests/tier2"),
        command=("node_modules/.bin/vitest", "run", "--reporter=junit", "--outputFile={report}"),
        variables={"DYNAMODB_ENDPOINT": "{endpoint}"},
        services=("dynamodbstreams",),
    ),
    Suite(
        name=STACKS,
        title="public Terraform samples",
        recognised_by=_STACK_FOLDERS,
        requirements=("awscli>=1.40,<2", "botocore"),
        copied=_STACK_FOLDERS,
        command=("{python}", "-m", "conformance.stacks", "--report", "{report}"),
        variables={
            # The number makes S3 put a bucket's name into the path.
            "AWS_ENDPOINT_URL": "http://127.0.0.1:{port}",
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        target=EMULATOR,
        services=("ec2", "scheduler", "secretsmanager"),
        timeout=5400.0,
    ),
    *(_suite(name, recorded) for name, recorded in RECORDED.items()),
)


@dataclass(frozen=True)
class Checkout:
    """A suite, and the folder that it is in."""

    suite: Suite
    folder: Path


def find(source: str, work_folder: Path) -> list[Checkout]:
    """The suites in a folder, or behind a repository's address (`https://…#branch`).

    `stacks` is the list of this folder: what it names is fetched.
    """
    if source == STACKS:
        folder = stack_sources.fetch(stacks.read(), work_folder / "checkouts/stacks")
    elif _is_address(source):
        folder = _fetched(source, work_folder / "checkouts")
    else:
        folder = Path(source).expanduser().absolute()
    if not folder.is_dir():
        raise ConformanceError(
            f"There is no folder {folder}. Name the folder of a suite, or its repository's address."
        )
    checkouts = [
        Checkout(suite, folder)
        for suite in SUITES
        if all((folder / name).exists() for name in suite.recognised_by)
    ]
    if not checkouts:
        raise ConformanceError(f"{source} is no suite that is known.\n{_known_suites()}")
    return checkouts


def selected(checkouts: list[Checkout], names: str | None) -> list[Checkout]:
    """Those that are named, with commas between; without names, all."""
    if not names:
        return checkouts
    requested = [name.strip() for name in names.split(",")]
    there = {checkout.suite.name: checkout for checkout in checkouts}
    missing = [name for name in requested if name not in there]
    if missing:
        raise ConformanceError(
            f"There is no suite {', '.join(missing)}. There are: {', '.join(there)}."
        )
    return [there[name] for name in requested]


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
