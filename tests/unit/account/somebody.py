"""Who works in an account that moto plays, with a Terraform that only notes what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from lab.account import BackendSettings, Identity

OURS = "123456789012"  # moto's
BUCKET = f"ecommerce-checkout-terraform-state-{OURS}"

STATE = BackendSettings(BUCKET, OURS, native_lock=True)


@dataclass
class Person:
    """Answers every question with the same."""

    answer: str = ""
    asked: list[str] = field(default_factory=list)

    def yes(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer == "yes"

    def text(self, question: str) -> str:
        self.asked.append(question)
        return self.answer


@dataclass
class Terraforms:
    """Every command that any Terraform was told to run, with its folder's name first."""

    ran: list[str] = field(default_factory=list)

    def __call__(self, folder: Path, _: Identity) -> Terraforms:
        self.folder = folder.name
        return self

    def run(self, *arguments: str) -> None:
        self.ran.append(" ".join([self.folder, *arguments]))
