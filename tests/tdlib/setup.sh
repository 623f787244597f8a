#!/usr/bin/env bash
# Installs TDLib, the library inside Telegram's own apps and inside the Bot API server, below
# ${SWITCHBOARD_TDLIB:-target/tdlib} (a relative path starts at the repository's root).
# The package is built for x86-64 Linux with glibc.
# Safe to run again: it does nothing while the lock is unchanged and the library is there.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd -- "$here/../.." && pwd -P)
tdlib=${SWITCHBOARD_TDLIB:-target/tdlib}
case $tdlib in
    /*) ;;
    *) tdlib=$root/$tdlib ;;
esac

say() { printf 'tdlib: %s\n' "$*" >&2; }
die() {
    say "error: $*"
    exit 1
}

need_npm() {
    command -v npm >/dev/null && return
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
        say "installing npm"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq >&2 || die "apt-get update failed"
        apt-get install -qq -y --no-install-recommends npm >&2 || die "apt-get could not install npm"
    fi
    command -v npm >/dev/null || die "needs npm (Debian: apt-get install npm)"
}

# Whether what the lock names is there, and a library in it.
complete() {
    [[ -f $tdlib/.lock ]] && cmp -s -- "$tdlib/.lock" "$here/package-lock.json" &&
        compgen -G "$tdlib/node_modules/@prebuilt-tdlib/*/libtdjson.*" >/dev/null
}

mkdir -p -- "$tdlib" || die "cannot make the directory $tdlib"
# Two runs at once: the second waits, then finds the work done.
exec 9>"$tdlib/.setup-lock"
if command -v flock >/dev/null; then
    flock 9
fi
if complete; then
    say "it is in place"
    exit 0
fi
need_npm
say "installing it: $tdlib"
cp -- "$here/package.json" "$here/package-lock.json" "$tdlib/"
# The lock holds a checksum of each package; a package brings a library and runs nothing.
(cd -- "$tdlib" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
    die "npm could not install the lock"
cp -- "$here/package-lock.json" "$tdlib/.lock"
complete || die "npm brought no library for this machine"
say "it is installed"
