"""Checks the programs on this machine."""

from __future__ import annotations

import shutil

from packaging.version import Version

from lab.deploy.account import terraform
from lab.deploy.terraform.provider import locked_version
from lab.go_live.steps import Step, done, refused, to_do

NAME = "tools"
MIN_VERSION = Version("1.9")
INSTALL = "https://developer.hashicorp.com/terraform/install"


def look() -> Step:
    """Checks Terraform's version. The AWS CLI is only needed to sign in by SSO."""
    if not shutil.which("terraform"):
        return to_do(NAME, "Terraform is not installed", INSTALL)
    version = terraform.version()
    if version < MIN_VERSION:
        return refused(NAME, f"Terraform {version} is too old, {MIN_VERSION} is required", INSTALL)
    cli = "found" if shutil.which("aws") else "not found; it is only needed to sign in"
    return done(
        NAME, f"Terraform {version}, AWS provider {locked_version()}", f"the AWS CLI: {cli}"
    )
