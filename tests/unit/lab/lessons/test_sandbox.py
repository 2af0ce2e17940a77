"""What a lesson reads from Terraform's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.core import kept_copies
from lab.lessons.sandbox import VERSIONS, Plan, Sandbox

SAID = """\
Terraform used the selected providers to generate the following execution plan.

Terraform will perform the following actions:

  # module.wishlists.aws_dynamodb_table.this will be updated in-place
  ~ resource "aws_dynamodb_table" "this" {
      ~ deletion_protection_enabled = false -> true
        id                          = "wishlists-lesson"

      ~ point_in_time_recovery {
          ~ recovery_period_in_days = 35 -> 14
        }
    }

Plan: 0 to add, 1 to change, 0 to destroy.
"""


def test_what_becomes_of_each_resource_is_read() -> None:
    assert Plan(SAID).actions == {"module.wishlists.aws_dynamodb_table.this": "change"}
    replaced = SAID.replace("will be updated in-place", "must be replaced")
    assert list(Plan(replaced).actions.values()) == ["replace"]


def test_the_value_after_the_change_is_read() -> None:
    plan = Plan(SAID)

    assert plan.value("deletion_protection_enabled") == "true"
    assert plan.value("recovery_period_in_days") == "14"
    assert plan.value("billing_mode") == ""


def test_only_the_changes_are_shown() -> None:
    assert Plan(SAID).text().startswith("  # module.wishlists")
    assert "Plan:" not in Plan(SAID).text()
    assert "No changes" in Plan("No changes. Your infrastructure matches.").text()


def test_the_value_of_what_does_not_change_is_read_from_the_state() -> None:
    state = '{"attributes": {"recovery_period_in_days": 35, "deletion_protection_enabled":true}}'
    assert Plan("No changes.", state).value("recovery_period_in_days") == "35"
    assert Plan("No changes.", state).value("deletion_protection_enabled") == "true"
    assert Plan(SAID, state).value("recovery_period_in_days") == "14"


# --- what somebody wrote into the sandbox's folder


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox as it is after a lesson's cell and an apply."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    folder = tmp_path / "sandbox"
    (folder / ".terraform").mkdir(parents=True)
    (folder / "versions.tf").write_text(VERSIONS)
    for name in ("terraform.tfstate", ".terraform.lock.hcl", "cli.tfrc"):
        (folder / name).write_text("Terraform's own")
    made = Sandbox(folder, {}, _sources=[])  # as after an init
    made.write("# by the lesson's cell")
    return made


def kept() -> list[str]:
    return sorted(file.read_text() for file in kept_copies.folder_of("sandboxes").rglob("*.*"))


def test_a_sandbox_that_only_cells_wrote_is_gone_without_a_copy(box: Sandbox) -> None:
    box.write("# by another cell")
    box.discard()

    assert kept() == []
    assert not box.folder.exists()


def test_what_somebody_edited_there_is_kept_when_a_cell_writes_again(
    box: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    (box.folder / "main.tf").write_text("# edited")
    box.write("# by another cell")

    assert kept() == ["# edited"]
    assert str(kept_copies.folder_of("sandboxes")) in capsys.readouterr().out
    assert {file.name for file in box.folder.glob("*.tf")} == {"versions.tf", "main.tf"}


def test_what_somebody_wrote_there_is_kept_when_the_lesson_ends(box: Sandbox) -> None:
    for name in ("main.tf", "versions.tf", "mine.tf", "mine.tfvars"):
        (box.folder / name).write_text(f"# {name}")
    box.discard()

    assert kept() == ["# main.tf", "# mine.tf", "# mine.tfvars", "# versions.tf"]
