#!/bin/sh
# Makes the bucket and the lock table for Terraform's states in an AWS account, and writes each
# environment's backend.hcl. As often as you like.
#   scripts/setup-backend.sh [AWS-PROFILE] [--suffix SUFFIX] [--env ENV]
set -eu
cd "$(dirname "$0")/.."
make --silent install
exec .venv/bin/lab backend "$@"
