#!/bin/sh
# Installs everything into .venv, exactly as uv.lock says. Fetches uv itself where it is missing.
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9
TOOLS=.lab/tools

# A pyenv shim fails where .python-version names a version that pyenv does not have, and some
# systems ship a python3 without venv: take the first one that can make an environment.
find_python() {
    for candidate in python3 python3.13 python3.12 python3.11 python \
        /usr/bin/python3 /usr/local/bin/python3 /opt/homebrew/bin/python3 \
        "$HOME"/.pyenv/versions/3.*/bin/python3; do
        if "$candidate" -c 'import ensurepip, sys, venv; assert sys.version_info >= (3, 8)' \
            >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
    echo "No Python 3.8 or newer with the venv module was found." >&2
    echo "Install one (on Debian: apt install python3 python3-venv), or uv itself:" >&2
    echo "https://docs.astral.sh/uv/getting-started/installation/" >&2
    exit 1
}

fetch_uv() {
    python=$(find_python)
    echo "Fetching uv $UV_VERSION with $python" >&2
    "$python" -m venv --clear "$TOOLS" >&2
    "$TOOLS/bin/pip" install --quiet --disable-pip-version-check "uv==$UV_VERSION" >&2
}

find_uv() {
    if command -v uv 2>/dev/null; then
        return
    fi
    if ! "$TOOLS/bin/uv" --version >/dev/null 2>&1; then
        fetch_uv
    fi
    echo "$TOOLS/bin/uv"
}

uv=$(find_uv)
echo "Installing the packages of uv.lock into .venv (half a minute, or as long as the network takes)"
# Somebody else's active environment is not ours; bytecode is compiled even where
# PYTHONDONTWRITEBYTECODE is set, because the emulator starts five times faster with it.
unset VIRTUAL_ENV UV_PROJECT_ENVIRONMENT PYTHONDONTWRITEBYTECODE
# Only a terminal shows uv's progress; elsewhere its list of 180 packages is all that would be left.
quiet=
[ -t 2 ] || quiet=--quiet
"$uv" sync --frozen --compile-bytecode $quiet
