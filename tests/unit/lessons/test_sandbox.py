"""What a lesson reads from Terraform's own words."""

from __future__ import annotations

from lab.lessons.sandbox import Plan

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
