"""Who works in an account that moto plays, with a Terraform that only notes what it is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.core.progress import Progress
from lab.deploy.account import BackendSettings, Identity
from lab.deploy.plans import Change
from lab.deploy.plans.changes import Action
from lab.deploy.terraform.json_log import Changes

OURS = "123456789012"  # moto's
BUCKET = f"ecommerce-checkout-terraform-state-{OURS}"

STATE = BackendSettings(BUCKET, OURS, native_lock=True)
A_QUEUE = Change("aws_sqs_queue.one", "aws_sqs_queue", Action.CREATE, {})


@dataclass
class Person:
    """Answers every question with the same."""

    answer: str = ""
    agreeing: bool = True
    asked: list[str] = field(default_factory=list)

    def confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer == "yes"

    def text(self, question: str) -> str:
        self.asked.append(question)
        return self.answer

    def approve(self, environment: str, action: str, planned: Sequence[Change]) -> bool:
        self.asked.append(f"{action} {len(planned)} in {environment}?")
        return self.agreeing


@dataclass
class Terraforms:
    """Every command that any Terraform was told to run, with its folder's name first."""

    ran: list[str] = field(default_factory=list)
    planned: list[Change] = field(default_factory=lambda: [A_QUEUE])
    shown: dict[str, Any] = field(default_factory=dict)

    def __call__(self, folder: Path, _: Identity) -> Terraforms:
        self.folder = folder.name
        return self

    def run(self, *arguments: str) -> None:
        self.ran.append(" ".join([self.folder, *arguments]))

    def output(self, *arguments: str) -> str:
        self.run(*arguments)
        return json.dumps(self.shown) if arguments[0] == "show" else ""

    def plan(self, file: Path, _: Progress, *arguments: str) -> list[Change]:
        file.touch()
        self.run("plan", *arguments)
        return self.planned

    def apply(self, plan: Path, _: Progress) -> Changes:
        assert plan.exists()
        self.run("apply")
        return Changes(added=len(self.planned))
