#!/usr/bin/env bash
# Installs the real agents that tests talk to, each in a virtual environment of its own below
# ${SWITCHBOARD_PEERS:-target/peers} (a relative path starts at the repository's root):
#   kagent-0.10.4   kagent-adk
#   a2a-1.3.0       the official Python SDK of A2A 1.0 and, through a layer of it, 0.3
#   a2a-0.3.26      the official Python SDK of A2A 0.3
# and TDLib, by tests/tdlib/setup.sh.
# Safe to run again: it does nothing for one whose lock is unchanged and whose packages are there.
set -euo pipefail
unset PYTHONPATH PYTHONHOME PIP_REQUIRE_VIRTUALENV PIP_TARGET PIP_USER

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd -- "$here/../.." && pwd -P)
peers=${SWITCHBOARD_PEERS:-target/peers}
case $peers in
    /*) ;;
    *) peers=$root/$peers ;;
esac

say() { printf 'peers: %s\n' "$*" >&2; }
die() {
    say "error: $*"
    exit 1
}

# A python of 3.11 or newer that can make virtual environments.
usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
        if usable "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

need_python() {
    python=$(find_python) && return
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
        say "installing python3-venv"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq >&2 || die "apt-get update failed"
        apt-get install -qq -y --no-install-recommends python3 python3-venv >&2 ||
            die "apt-get could not install python3-venv"
    fi
    python=$(find_python) ||
        die "needs Python 3.11 or newer with its venv module (Debian: apt-get install python3-venv)"
}

# complete VENV LOCK MODULE...: every pinned package is there in its pinned version, and so are the
# modules that are started.
complete() {
    [[ -x $1/bin/python ]] && "$1/bin/python" -I - "${@:2}" >/dev/null 2>&1 <<'PY'
import importlib.metadata, importlib.util, sys

with open(sys.argv[1]) as lock:
    pins = [line.split("==") for line in lock.read().split()]
for name, version in pins:
    assert importlib.metadata.version(name) == version, name
for module in sys.argv[2:]:
    assert importlib.util.find_spec(module), module
assert pins
PY
}

# peer NAME LOCK MODULE...: installs one, unless it is in place.
peer() {
    local name=$1 lock=$here/$2 venv=$peers/$1 sum
    local modules=("${@:3}")
    local stamp=$venv/.lock-sha256
    [[ -f $lock ]] || die "no file $lock"
    sum=$(sha256sum <"$lock")
    sum=${sum%% *}
    if [[ -f $stamp && $(<"$stamp") == "$sum" ]] && complete "$venv" "$lock" "${modules[@]}"; then
        say "$name is in place"
        return
    fi
    say "installing $name: $venv"
    rm -rf -- "$venv"
    "$python" -m venv "$venv" || die "cannot make a virtual environment at $venv"
    # The lock holds the whole set, so nothing is left to resolve; and wheels only, so no compiler is needed.
    "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check \
        --no-deps --only-binary :all: -r "$lock" >&2 || die "pip could not install $lock"
    "$venv/bin/python" -m pip --disable-pip-version-check check >&2 || die "$lock is not a consistent set"
    complete "$venv" "$lock" "${modules[@]}" || die "the installed set is not the one $lock names"
    printf '%s\n' "$sum" >"$stamp"
    say "$name is installed"
}

mkdir -p -- "$peers" || die "cannot make the directory $peers"
# Two runs at once: the second waits, then finds the work done.
exec 9>"$peers/.setup-lock"
if command -v flock >/dev/null; then
    flock 9
fi
need_python

# About 1 GB on disk for the first, a minute or two for all: side by side, since pip mostly waits.
peer kagent-0.10.4 kagent/requirements-0.10.4.lock \
    kagent.core a2a google.adk mcp uvicorn fastapi openai httpx &
kagent=$!
peer a2a-1.3.0 a2a/requirements-1.3.0.lock a2a a2a.compat.v0_3 starlette uvicorn sse_starlette &
new=$!
peer a2a-0.3.26 a2a/requirements-0.3.26.lock a2a a2a.server.apps starlette uvicorn sse_starlette &
old=$!
"$here/../tdlib/setup.sh" 9>&- &
tdlib=$!
failed=0
for one in "$kagent" "$new" "$old" "$tdlib"; do
    wait "$one" || failed=1
done
exit "$failed"
