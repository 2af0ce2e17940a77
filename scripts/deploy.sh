#!/bin/sh
# Plans, applies or destroys an environment in an AWS account, or on the emulator.
#   scripts/deploy.sh ENV plan|apply|destroy [AWS-PROFILE] [--local]
set -eu
cd "$(dirname "$0")/.."
make --silent install
exec .venv/bin/lab terraform "$@"
