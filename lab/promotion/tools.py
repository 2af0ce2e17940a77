"""The programs on this machine."""

from __future__ import annotations

import shutil

from packaging.version import Version

from lab.account import terraform
from lab.promotion.steps import Step, done, refused, to_do
from lab.terraform.provider import locked_version

NAME = "tools"
OLDEST = Version("1.9")
INSTALL = "https://developer.hashicorp.com/terraform/install"


def look() -> Step:
    """Terraform, new enough. The AWS CLI is only needed to sign in by SSO."""
    if not shutil.which("terraform"):
        return to_do(NAME, "Terraform is not installed", INSTALL)
    version = terraform.version()
    if version < OLDEST:
        return refused(NAME, f"Terraform {version} is too old, {OLDEST} is needed", INSTALL)
    cli = "found" if shutil.which("aws") else "not found; it is only needed to sign in"
    return done(
        NAME, f"Terraform {version}, AWS provider {locked_version()}", f"the AWS CLI: {cli}"
    )
