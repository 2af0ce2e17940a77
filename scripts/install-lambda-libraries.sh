#!/bin/sh
# Puts the libraries that the functions ship into .venv/lambda, exactly as functions/uv.lock says.
# The first argument is uv.
set -eu
unset CDPATH
cd "$(dirname "$0")/.."

root=$PWD
case $1 in
    /*) uv=$1 ;;
    *) uv=$root/$1 ;;
esac
draft=$root/.venv/lambda.new
rm -rf "$draft"
mkdir -p "$draft"
cd functions # the settings of uv are those of this project, and not of the one around it
# Lambda's Python runtime brings boto3 and what that needs.
"$uv" export --quiet --frozen --no-dev --prune boto3 --prune botocore \
    --output-file "$draft/requirements.txt" >/dev/null
# For Lambda's system, whatever this one is. Either processor will do: the zip takes no binaries.
"$uv" pip install --quiet --target "$draft/python" --no-deps --require-hashes --only-binary :all: \
    --python "$root/.venv/bin/python" --python-version 3.13 --python-platform aarch64-manylinux2014 \
    --requirement "$draft/requirements.txt"
cp uv.lock "$draft"
rm -rf "$root/.venv/lambda"
mv "$draft" "$root/.venv/lambda"
