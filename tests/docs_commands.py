"""What the pages tell a reader to type: every block, and whether a test types it.

A block is named by its page and its first line. Pages of decisions are records, and not read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.core import paths

FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
OF_A_SHELL = frozenset({"", "sh", "bash", "shell", "console"})
PROMPT = "$ "


@dataclass(frozen=True)
class Block:
    """Commands as a reader would paste them."""

    page: str
    text: str

    @property
    def first(self) -> str:
        """Its first line, without what is said about it."""
        return self.text.splitlines()[0].partition("  #")[0].strip()

    @property
    def key(self) -> tuple[str, str]:
        """What it is called in the lists below."""
        return self.page, self.first


def blocks() -> list[Block]:
    """Every block without a language, or with that of a shell."""
    return list(_blocks())


def _blocks() -> Iterator[Block]:
    for file in sorted(_pages()):
        page = str(file.relative_to(paths.ROOT))
        for indent, language, text in FENCED.findall(file.read_text(encoding="utf-8")):
            if language in OF_A_SHELL:
                yield Block(page, _typed(text, indent))


def _pages() -> Iterator[Path]:
    yield from paths.ROOT.glob("*.md")
    for folder in (
        "docs",
        "functions",
        "lab",
        "notebooks",
        "scripts",
        "seed",
        "terraform",
        "tests",
    ):
        for file in (paths.ROOT / folder).rglob("*.md"):
            inside = file.relative_to(paths.ROOT).parts
            if "decisions" not in inside and not any(part.startswith(".") for part in inside):
                yield file


def _typed(text: str, indent: str) -> str:
    lines = (line.removeprefix(indent).removeprefix(PROMPT) for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines)


START, DOCKER, RUNBOOK = "docs/getting-started.md", "docs/docker.md", "docs/runbook.md"
BY_HAND_IN_ACCOUNT = "docs/aws-account.md"
ENVIRONMENTS, RECOVERY = "docs/environments.md", "docs/recovery.md"

TAGS = "aws ce update-cost-allocation-tags-status --cost-allocation-tags-status \\"
CANARY_BACK = (
    "aws lambda update-alias --function-name checkout-prod-checkout-api --name live"
    " --routing-config '{}'"
)

TUTORIAL = [
    "source .venv/bin/activate",
    "lab checkout --watch",
    "lab orders",
    "URL=$(lab url)",
    'curl -s "$URL/checkout" -H "Authorization: Bearer $(lab token --customer ada)" \\',
    "lab checkout --watch seed/carts/21-gateway-down.json",
    "lab audit",
    "lab deploy",
]
"""Blocks of getting-started that a reader types in one shell, in this order."""

BY_HAND = [(START, 'eval "$(lab env)"'), (START, "cd terraform/environments/dev")]
BY_HAND += [(DOCKER, "cd terraform/environments/dev")]

ALONE = [
    ("docs/cost.md", "lab cost prod --orders-per-month 50000"),
    ("docs/lessons.md", "lab notebooks"),
    ("terraform/README.md", "cd terraform/examples/worker"),
]

LEFT_OUT = {"lab notebooks": "opens JupyterLab: tests/notebooks/test_jupyterlab.py does"}
"""Lines that are not typed, in blocks that are."""

SECOND_LAB = "installs a second lab, as .ci/run does: tests type what the demo does"
STATE = "tests/integration/test_state.py does the same, in a lab of its own"
ACCOUNT = "works in an AWS account: "
NOT_TYPED = {
    ("README.md", "1 Emulator        running at http://localhost:4566 (1.5 s)"): (
        "what `make demo` prints"
    ),
    ("README.md", ".venv/bin/lab notebooks"): LEFT_OUT["lab notebooks"],
    (START, "lab notebooks"): LEFT_OUT["lab notebooks"],
    ("docs/storefront.md", "lab shop"): "serves until Ctrl-C: tests/browser/storefront",
    (START, "git clone <this repository> checkout-lab"): SECOND_LAB,
    ("CONTRIBUTING.md", "git clone <this repository> && cd <its folder>"): SECOND_LAB,
    (START, "lab down"): "ends the emulator that the tests share: tests/integration",
    ("docs/state.md", "lab down"): STATE,
    ("docs/state.md", "lab save before-the-sale"): STATE,
    ("docs/state.md", "lab up --fresh && lab deploy --verify"): STATE,
    (DOCKER, "docker compose up"): "needs Docker: tests/docker/test_compose.py",
    (DOCKER, "lab checkout --watch"): "needs Docker: tests/docker/test_compose.py",
    (DOCKER, "docker compose -f docker-compose.stock.yml up"): (
        "needs Docker: tests/unit/repository/test_compose_files.py reads the file"
    ),
    ("docs/performance.md", "lab bench"): "takes minutes: tests/e2e/test_bench.py",
    ("docs/provider-6.md", "npm pack @cdktn/provider-aws@25.7.0"): "fetches 20 MB from npm",
    ("docs/parity.md", "AWS_ENDPOINT_URL=http://127.0.0.1:4566"): (
        "variables, and no command: tests/integration/test_plain_apply.py sets them"
    ),
    (
        "docs/cost.md",
        "aws ce update-cost-allocation-tags-status --cost-allocation-tags-status \\",
    ): (f"{ACCOUNT}the emulator has no Cost Explorer"),
    (ENVIRONMENTS, "aws apigateway create-api-key --name checkout-prod-storefront --enabled"): (
        f"{ACCOUNT}tests/integration/test_prod_settings.py has a key made"
    ),
    (ENVIRONMENTS, "scripts/deploy.sh prod apply"): (
        f"{ACCOUNT}tests/integration/test_plain_apply.py runs deploy.sh"
    ),
    (ENVIRONMENTS, CANARY_BACK): (f"{ACCOUNT}the same command for dev is in the runbook"),
    (ENVIRONMENTS, "lab promote dev --profile my-profile"): (
        f"{ACCOUNT}tests/integration/test_promotion.py"
    ),
    (ENVIRONMENTS, "scripts/setup-backend.sh my-profile"): (
        f"{ACCOUNT}tests/integration/test_backend.py"
    ),
    (BY_HAND_IN_ACCOUNT, "scripts/setup-backend.sh my-profile"): (
        f"{ACCOUNT}tests/integration/test_backend.py"
    ),
    (BY_HAND_IN_ACCOUNT, "cd terraform/environments/dev"): (
        f"{ACCOUNT}tests/plain_apply.py does the same for `make plain`"
    ),
    (BY_HAND_IN_ACCOUNT, "lab --profile my-profile keys rotate --env dev"): (
        f"{ACCOUNT}tests/plain_apply.py publishes the key"
    ),
    (BY_HAND_IN_ACCOUNT, "terraform destroy"): f"{ACCOUNT}and ends what is there",
    (BY_HAND_IN_ACCOUNT, "pytest tests/e2e --aws staging --profile-of my-profile"): (
        f"{ACCOUNT}tests/integration/test_account_suite.py runs it on a plain apply"
    ),
    (
        "terraform/bootstrap/README.md",
        "REGION=us-east-2 BUCKET=ecommerce-checkout-terraform-state-SUFFIX # as ../shop.json says",
    ): (f"{ACCOUNT}tests/integration/test_backend.py, by setup-backend.sh"),
    (
        "docs/your-own-shop.md",
        "sed -i.bak 's/checkout-lab\\.example/books.example/'"
        " terraform/environments/*/terraform.tfvars",
    ): "tests/integration/test_another_shop.py types it in a copy",
    (
        "docs/your-own-shop.md",
        "rm -r lab/lessons notebooks tests/notebooks tests/unit/lab/lessons"
        " lab/cli/commands/lessons.py",
    ): "tests/unit/repository/test_your_own_shop.py types it in a copy",
    ("docs/your-own-shop.md", "git remote add lab https://github.com/OWNER/REPOSITORY"): (
        "needs a repository of one's own; a test merges, not by these commands"
    ),
    (RECOVERY, "lab backup"): "loses dev's data on purpose: tests/integration/test_recovery.py",
}
"""Each block that no test types, and why; what types the same is named."""

IN_AN_ACCOUNT = f"{ACCOUNT}tests/unit/repository/test_recovery_page.py checks the commands"
NOT_TYPED |= {
    block.key: IN_AN_ACCOUNT
    for block in _blocks()
    if block.page == RECOVERY and block.key not in NOT_TYPED
}


def typed() -> set[tuple[str, str]]:
    """The blocks that a test types."""
    runbook = {block.key for block in blocks() if block.page == RUNBOOK}
    return {*((START, first) for first in TUTORIAL), *BY_HAND, *ALONE, *runbook}


def text_of(page: str, first: str) -> str:
    """The commands of a block, without the lines that are left out."""
    (found,) = (block.text for block in blocks() if block.key == (page, first))
    kept = (line for line in found.splitlines() if line.partition("  #")[0].strip() not in LEFT_OUT)
    return "".join(f"{line}\n" for line in kept)
