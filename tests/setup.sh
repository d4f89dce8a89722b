#!/usr/bin/env bash
# Makes a Debian 12 machine ready to build and test CertBroker: Debian packages by name, nothing else. Does nothing, and
# quickly, when all is there. usage: tests/setup.sh [build|test|windows]   (each includes those before it; default test)
# windows: also the cross compiler, Wine, and the libraries of the Windows build, made from Debian's source packages.
set -euo pipefail

what=${1:-test}
build_packages=(g++ cmake ninja-build ccache pkg-config python3 openssl ca-certificates
  libssl-dev libmsgsl-dev libspdlog-dev libfmt-dev libsqlite3-dev libcurl4-openssl-dev libpugixml-dev)
# What the provider endpoint-protection is tested against: scepserver and scepclient; strongSwan's pki with what it reads
# addresses and keys by; certmonger with a bus for it.
test_packages=(clang-format clang-tidy gnutls-bin scep strongswan-pki libstrongswan-standard-plugins libstrongswan-extra-plugins certmonger dbus-daemon curl)
windows_packages=(g++-mingw-w64-x86-64-posix wine64 nasm dpkg-dev tcl perl make)

say() { printf '%s\n' "$*" >&2; }

if ! command -v dotnet >/dev/null; then
  say "CertBroker needs the .NET SDK (8.0 or later for building, 10.0 for its tests); Debian has no package of it."
  say "Get it from https://dotnet.microsoft.com/download (Linux, SDK), put 'dotnet' on PATH, and run this again."
  exit 1
fi
case $(uname -m) in x86_64) ;; *) say "CertBroker supports x64 processors only for now; this one is $(uname -m)."; exit 1 ;; esac

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
have() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

missing=()
for package in "${build_packages[@]}"; do have "$package" || missing+=("$package"); done
[ "$what" = build ] || for package in "${test_packages[@]}"; do have "$package" || missing+=("$package"); done
[ "$what" != windows ] || for package in "${windows_packages[@]}"; do have "$package" || missing+=("$package"); done
need_catch=no
if [ "$what" != build ] && ! dpkg --compare-versions "$(dpkg-query -W -f='${Version}' catch2 2>/dev/null || echo 0)" ge 3.7; then need_catch=yes; fi
make_sysroot() { [ "$what" != windows ] || "$(dirname "$0")/../native/cmake/mingw-sysroot.sh" >/dev/null; }
[ ${#missing[@]} -gt 0 ] || [ $need_catch = yes ] || { make_sysroot; exit; }

if ! command -v apt-get >/dev/null; then say "These packages are missing and there is no apt-get to install them: ${missing[*]}"; exit 1; fi
export DEBIAN_FRONTEND=noninteractive
if [ $need_catch = yes ] && ! apt-cache policy 2>/dev/null | grep -q bookworm-backports; then
  # Catch2 3 is in Debian's backports, on the same mirror as everything else this machine installs.
  uri=$(sed -n 's/^URIs:[[:space:]]*//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
  [ -n "$uri" ] || uri=$(sed -nE 's#^deb( \[[^]]*\])? ([^ ]+) bookworm main.*#\2#p' /etc/apt/sources.list 2>/dev/null | head -n 1)
  [ -n "$uri" ] || { say "Debian's mirror is not named in /etc/apt; add bookworm-backports there and run this again."; exit 1; }
  printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "$uri" |
    as_root tee /etc/apt/sources.list.d/certbroker-backports.sources >/dev/null
fi
say "Installing: ${missing[*]}$([ $need_catch = yes ] && echo ' catch2')"
as_root apt-get update -qq
[ ${#missing[@]} -eq 0 ] || as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
[ $need_catch = no ] || as_root apt-get install -y -qq --no-install-recommends -t bookworm-backports catch2 >/dev/null
make_sysroot
