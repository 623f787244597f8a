#!/usr/bin/env bash
# Installs the real agents that tests talk to: kagent-adk 0.10.4 in a virtual environment at
# ${SWITCHBOARD_PEERS:-target/peers}/kagent-0.10.4 (a relative path starts at the repository's root).
# Safe to run again: it does nothing when the lock is unchanged and what it names is there.
set -euo pipefail
unset PYTHONPATH PYTHONHOME PIP_REQUIRE_VIRTUALENV PIP_TARGET PIP_USER

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd -- "$here/../.." && pwd -P)
lock=$here/kagent/requirements-0.10.4.lock
peers=${SWITCHBOARD_PEERS:-target/peers}
case $peers in
    /*) ;;
    *) peers=$root/$peers ;;
esac
venv=$peers/kagent-0.10.4
stamp=$venv/.lock-sha256

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

# Every pinned package is installed in its pinned version, and the modules that are started are there.
complete() {
    [[ -x $venv/bin/python ]] && "$venv/bin/python" -I - "$lock" >/dev/null 2>&1 <<'PY'
import importlib.metadata, importlib.util, sys

with open(sys.argv[1]) as lock:
    pins = [line.split("==") for line in lock.read().split()]
for name, version in pins:
    assert importlib.metadata.version(name) == version, name
for module in ("kagent.core", "a2a", "google.adk", "mcp", "uvicorn", "fastapi", "openai"):
    assert importlib.util.find_spec(module), module
assert pins
PY
}

[[ -f $lock ]] || die "no file $lock"
mkdir -p -- "$peers" || die "cannot make the directory $peers"
# Two runs at once: the second waits, then finds the work done.
exec 9>"$peers/.setup-lock"
if command -v flock >/dev/null; then
    flock 9
fi

sum=$(sha256sum <"$lock")
sum=${sum%% *}
if [[ -f $stamp && $(<"$stamp") == "$sum" ]] && complete; then
    say "kagent-adk 0.10.4 is in place: $venv"
    exit 0
fi

if ! python=$(find_python); then
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
        say "installing python3-venv"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq >&2 || die "apt-get update failed"
        apt-get install -qq -y --no-install-recommends python3 python3-venv >&2 ||
            die "apt-get could not install python3-venv"
    fi
    python=$(find_python) ||
        die "needs Python 3.11 or newer with its venv module (Debian: apt-get install python3-venv)"
fi

say "installing kagent-adk 0.10.4 (about 1 GB on disk, a minute or two): $venv"
rm -rf -- "$venv"
"$python" -m venv "$venv" || die "cannot make a virtual environment at $venv"
# The lock holds the whole set, so nothing is left to resolve; and wheels only, so no compiler is needed.
"$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check \
    --no-deps --only-binary :all: -r "$lock" >&2 || die "pip could not install $lock"
"$venv/bin/python" -m pip --disable-pip-version-check check >&2 || die "$lock is not a consistent set"
complete || die "the installed set is not the one $lock names"
printf '%s\n' "$sum" >"$stamp"
say "done"
