#!/usr/bin/env bash
# Runs a Windows program under Wine: tests/wine/wine.sh [--as-user] program.exe [arguments]. CTest's emulator for the
# Windows build. --as-user: without administrators' rights (as_user.cpp says why); the launcher lies in build/windows, or
# in the folder that CERTBROKER_WINDOWS_BUILD names.
# The prefix is CERTBROKER_WINE_PREFIX (default: build/wine); it is made when it is not there, and its server stays up
# until `tests/wine/wine.sh --stop`, which makes small programs start in a tenth of a second.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export WINEPREFIX=${CERTBROKER_WINE_PREFIX:-$root/build/wine}
export WINEDEBUG=${WINEDEBUG:--all} LANG=C.UTF-8 LC_ALL=C.UTF-8
PATH=/usr/lib/wine:$PATH

if [ "${1:-}" = --stop ]; then
  [ ! -d "$WINEPREFIX" ] || wineserver -k
  exit 0
fi

if [ ! -f "$WINEPREFIX/.certbroker" ]; then
  mkdir -p "$WINEPREFIX"
  (
    flock 9
    [ ! -f "$WINEPREFIX/.certbroker" ] || exit 0
    # Only here: .NET's compiled assemblies are not loaded without mscoree.
    WINEDLLOVERRIDES='mscoree,mshtml=' wine64 wineboot -i && wine64 winecfg -v win10 && touch "$WINEPREFIX/.certbroker"
  ) 9>"$WINEPREFIX/.lock" </dev/null >"$WINEPREFIX/setup.log" 2>&1 || { echo "Wine's prefix could not be made:" >&2; cat "$WINEPREFIX/setup.log" >&2; exit 1; }
fi
# Not with our output: whoever reads that would wait for the server. A failure says that it is up already.
wineserver -p </dev/null >/dev/null 2>&1
if [ "${1:-}" = --as-user ]; then
  shift
  # By way of a file: Wine's server keeps the pipe of a program whose children were killed, and whoever reads from the
  # pipe (CTest does) would wait for an end that never comes.
  output=$(mktemp)
  trap 'rm -f "$output"' EXIT
  wine64 "${CERTBROKER_WINDOWS_BUILD:-$root/build/windows}/certbroker-as-user.exe" "$@" </dev/null >"$output" 2>&1
  code=$?
  cat "$output"
  exit $code
fi
exec wine64 "$@"
