#!/bin/sh
# Installs everything into .venv, exactly as uv.lock says. Fetches uv itself where it is missing.
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9
TOOLS=.lab/tools
PYTHON=$(cat .python-version)

# Somebody else's active environment and modules are not ours; bytecode is compiled even where
# PYTHONDONTWRITEBYTECODE is set, because the emulator starts five times faster with it.
unset VIRTUAL_ENV UV_PROJECT_ENVIRONMENT PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME
unset PYTHONWARNINGS

# What somebody has set for uv or pip is meant for other work, but for how packages are reached and
# where they are kept: PIP_USER or UV_PYTHON, say, would put them elsewhere, or fail.
for name in $(env | sed -n -e 's/^\(UV_[A-Za-z0-9_]*\)=.*/\1/p' -e 's/^\(PIP_[A-Za-z0-9_]*\)=.*/\1/p'); do
    case $name in
        UV_*INDEX* | UV_FIND_LINKS | UV_OFFLINE | UV_*CACHE* | UV_*TIMEOUT | UV_*TLS | UV_*CERT* | \
            UV_INSECURE_HOST | UV_KEYRING_PROVIDER | UV_CONFIG_FILE | UV_LINK_MODE | \
            UV_CONCURRENT_* | UV_PYTHON_*) ;;
        PIP_*INDEX* | PIP_FIND_LINKS | PIP_TRUSTED_HOST | PIP_*CERT | PIP_PROXY | PIP_*CACHE* | \
            PIP_*TIMEOUT | PIP_RETRIES | PIP_KEYRING_PROVIDER | PIP_CONFIG_FILE) ;;
        *) unset "$name" ;;
    esac
done

# A pyenv shim fails where .python-version names a version that pyenv does not have, and some
# systems ship a python3 without venv: take the first one that can make an environment.
find_python() {
    for candidate in python3 python3.13 python3.12 python3.11 python \
        /usr/bin/python3 /usr/local/bin/python3 /opt/homebrew/bin/python3 \
        "${HOME:-/nonexistent}"/.pyenv/versions/3.*/bin/python3; do
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

# What the checkouts of this user share: `lab cache` shows it, and lab/deploy/deployment_cache
# finds the same folder.
find_cache() {
    if [ -n "${LAB_CACHE:-}" ]; then
        echo "$LAB_CACHE"
    elif [ "$(uname)" = Darwin ]; then
        echo "${HOME:-/nonexistent}/Library/Caches/checkout-lab"
    else
        echo "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/checkout-lab"
    fi
}

reuse_uv() {
    kept=$(find_cache)/uv-$UV_VERSION
    [ -O "$kept" ] && [ -x "$kept/uv" ] && mkdir -p "$TOOLS/bin" &&
        cp "$kept/uv" "$TOOLS/bin/uv" && "$TOOLS/bin/uv" --version >/dev/null 2>&1
}

keep_uv() (
    umask 077
    kept=$(find_cache)/uv-$UV_VERSION
    { mkdir -p "$kept" && cp "$TOOLS/bin/uv" "$kept/uv.$$" && mv "$kept/uv.$$" "$kept/uv"; } \
        2>/dev/null || true # a cache that cannot be written costs time only
)

fetch_uv() {
    python=$(find_python)
    echo "Fetching uv $UV_VERSION with $python" >&2
    "$python" -m venv --clear "$TOOLS" >&2
    # Not bin/pip: its first line cannot name every path.
    "$TOOLS/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" >&2
    keep_uv
}

find_uv() {
    if command -v uv 2>/dev/null; then
        return
    fi
    "$TOOLS/bin/uv" --version >/dev/null 2>&1 || reuse_uv || fetch_uv
    echo "$TOOLS/bin/uv"
}

# Where HOME is read-only, or none, uv would fail before it has looked at a package.
need_cache() {
    cache=$("$uv" cache dir 2>/dev/null) || cache=
    if ! { [ -n "$cache" ] && mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; }; then
        export UV_CACHE_DIR="$PWD/.lab/uv-cache"
        echo "${cache:-uv's cache} cannot be written: packages are kept in .lab/uv-cache"
    fi
}

# The lab runs on one version of Python. uv finds it on the machine, or fetches it from GitHub.
need_python() {
    "$uv" python find --quiet "$PYTHON" >/dev/null 2>&1 && return
    echo "Fetching Python $PYTHON from GitHub: it is not on this machine"
    "$uv" python install --quiet "$PYTHON" && return
    echo >&2
    echo "Python $PYTHON is not on this machine and could not be fetched from GitHub. One of:" >&2
    echo "- install it: python.org, brew install python@$PYTHON, pyenv install $PYTHON, or your" >&2
    echo "  system's packages (python$PYTHON, python$PYTHON-venv)" >&2
    echo "- name a mirror of GitHub's releases of python-build-standalone:" >&2
    echo "  UV_PYTHON_INSTALL_MIRROR=https://mirror.example/python-build-standalone make install" >&2
    echo "- behind a proxy, set HTTPS_PROXY" >&2
    exit 1
}

# uv's own progress ends with a list of 180 packages. On a terminal the seconds pass by instead.
show_seconds() {
    [ -t 2 ] || { wait "$1"; return; }
    seconds=0
    while kill -0 "$1" 2>/dev/null; do
        printf '\r   %s s ' "$seconds" >&2
        sleep 1
        seconds=$((seconds + 1))
    done
    printf '\r          \r' >&2
    wait "$1"
}

shared=$(find_cache)
uv=$(find_uv)
need_cache
need_python
# Compiling takes most of the time, so the bytecode of the last checkout is taken over. The second
# sync compiles what is missing or of other sources.
sync() {
    project=$1
    name=$2
    "$uv" sync --frozen --no-compile-bytecode --quiet --project "$project"
    for packages in "$project"/.venv/lib/python3.*/site-packages; do
        reuse_bytecode restore
        "$uv" sync --frozen --compile-bytecode --quiet --project "$project"
        reuse_bytecode keep
    done
}

reuse_bytecode() {
    "$project/.venv/bin/python" scripts/bytecode.py "$1" "$shared/bytecode/$name" "$packages" \
        "$project/uv.lock" || true
}

install_packages() {
    sync . lab
    sync emulator emulator
}

echo "Installing packages into .venv and emulator/.venv, exactly as the two uv.lock files say"
echo "(half a minute, or as long as the network takes)"
install_packages &
sync=$!
trap 'kill "$sync" 2>/dev/null; exit 130' INT TERM
show_seconds "$sync"
trap - INT TERM
scripts/install-lambda-libraries.sh "$uv"
.venv/bin/python -m lab.deploy.post_install
