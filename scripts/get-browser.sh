#!/usr/bin/env bash
# Sees to it that there is a Chromium for the tests of `make browser`. On Debian, root gets one from
# the distribution's packages; elsewhere it says how to get one.
#
# With --if-possible a machine that cannot have one is no failure: the tests are skipped there.
set -euo pipefail
cd "$(dirname "$0")/.."

LOG=.lab/browser-apt.log

cannot() {
    printf '%s\n' "" \
        "**************************************************************************" \
        "**  NOT TESTED: that no website commands the emulator, in a real browser." \
        "**  $1" \
        "**************************************************************************"
    if [ -n "${IF_POSSIBLE:-}" ]; then exit 0; fi
    exit 1
}

# What the tests find is what counts.
is_there() { .venv/bin/python -c 'from tests.browser import chromium; exit(not chromium.find())'; }

install() {
    printf '\n== %s\n' "Installing Chromium"
    mkdir -p "$(dirname "$LOG")"
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium fonts-liberation; } \
        >"$LOG" 2>&1 </dev/null || cannot "apt-get could not install it: $(tail -n 1 "$LOG")"
    is_there || cannot "The package chromium has no program that the tests know."
}

[ "${1:-}" = --if-possible ] && IF_POSSIBLE=yes
is_there && exit
[ -z "${LAB_TEST_BROWSER:-}" ] || cannot "LAB_TEST_BROWSER names no program: $LAB_TEST_BROWSER"
how="Install Chromium or Google Chrome, or name its program in LAB_TEST_BROWSER."
command -v apt-get >/dev/null || cannot "$how"
[ "$(id -u)" = 0 ] || cannot "$how"
# Ubuntu's package of that name fetches a snap, which neither root's tests nor a container can run.
grep -qx 'ID=debian' /etc/os-release || cannot "$how"
install
