#!/usr/bin/env bash
# Makes the libraries that the Windows build links, as static ones for x86_64-w64-mingw32, from Debian's source
# packages. usage: native/cmake/mingw-sysroot.sh [--find]   (prints the folder it made, or found made before; --find makes
# nothing and fails when there is none)
#
# The result lies under $CERTBROKER_CACHE (default: ~/.cache/certbroker), named by the hash of this recipe and of the
# versions of the packages it takes, so a new machine makes it once (about six minutes on two cores) and a changed recipe
# makes a new one.
set -euo pipefail

jobs=${CERTBROKER_JOBS:-$(nproc)}
triple=x86_64-w64-mingw32
recipe=$(cat "${BASH_SOURCE[0]}")
cache=${CERTBROKER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/certbroker}
sources=(openssl pugixml fmtlib spdlog catch2 sqlite3)

say() { printf '%s\n' "$*" >&2; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# OpenSSL's code is generic but for its assembly, so what is built does not depend on the machine: the recipe, the
# compiler and the headers copied from here name it.
versions="$($triple-g++-posix -dumpfullversion) $(dpkg-query -W -f='${Version}' libmsgsl-dev)"
hash=$(printf '%s\n%s' "$recipe" "$versions" | sha256sum | cut -c1-16)
sysroot=$cache/mingw-$hash
if [ -f "$sysroot/.complete" ]; then echo "$sysroot"; exit 0; fi
[ "${1:-}" != --find ] || exit 1

mkdir -p "$cache"
exec 9>"$cache/.mingw.lock"
flock 9
if [ -f "$sysroot/.complete" ]; then echo "$sysroot"; exit 0; fi
rm -rf "$sysroot"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- sources ---------------------------------------------------------------------------------------------------------
if ! apt-cache showsrc catch2 2>/dev/null | grep -q '^Version: 3\.'; then
  uri=$(sed -n 's/^URIs:[[:space:]]*//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
  [ -n "$uri" ] || uri=$(sed -nE 's#^deb( \[[^]]*\])? ([^ ]+) bookworm main.*#\2#p' /etc/apt/sources.list 2>/dev/null | head -n 1)
  [ -n "$uri" ] || { say "Debian's mirror is not named in /etc/apt; add deb-src entries for bookworm and bookworm-backports and run this again."; exit 1; }
  printf 'Types: deb-src\nURIs: %s\nSuites: bookworm bookworm-updates bookworm-backports\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "$uri" |
    as_root tee /etc/apt/sources.list.d/certbroker-sources.sources >/dev/null
  as_root apt-get update -qq
fi

# The newest version whose files the mirror really has: a security update's are sometimes missing.
fetch() {
  local package=$1 wanted=${2:-} version
  mkdir -p "$work/$package"
  cd "$work/$package"
  while read -r version; do
    if apt-get source -qq --download-only "$package=$version" >"$work/fetch.log" 2>&1; then
      dpkg-source --no-check -x ./*.dsc src >>"$work/fetch.log" 2>&1
      say "  $package $version"
      return 0
    fi
    rm -f ./*
  done < <(apt-cache showsrc "$package" | sed -n 's/^Version: //p' | grep -E "^$wanted" | sort -rV | uniq)
  say "The source package $package could not be fetched:"
  cat "$work/fetch.log" >&2
  return 1
}

say 'Fetching source packages for the Windows build'
for package in "${sources[@]}"; do
  case $package in catch2) fetch catch2 '3\.7\.1' ;; *) fetch "$package" ;; esac
done

# --- builds ----------------------------------------------------------------------------------------------------------
run() { # quiet unless it fails
  if ! "$@" >"$work/build.log" 2>&1; then
    tail -n 40 "$work/build.log" >&2
    return 1
  fi
}
cat >"$work/toolchain.cmake" <<CMAKE
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER $triple-gcc-posix)
set(CMAKE_CXX_COMPILER $triple-g++-posix)
set(CMAKE_RC_COMPILER $triple-windres)
set(CMAKE_FIND_ROOT_PATH /usr/$triple "$sysroot")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
CMAKE
hardening='-O2 -fstack-protector-strong'
launcher=$(command -v ccache || true)

with_cmake() {
  local package=$1
  shift
  say "Building $package"
  run cmake -S "$work/$package/src" -B "$work/$package/out" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$work/toolchain.cmake" \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$sysroot" -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF \
    -DCMAKE_C_FLAGS="$hardening" -DCMAKE_CXX_FLAGS="$hardening" -DCMAKE_CXX_STANDARD=20 \
    ${launcher:+-DCMAKE_CXX_COMPILER_LAUNCHER=$launcher} "$@"
  run cmake --build "$work/$package/out" -j "$jobs"
  run cmake --install "$work/$package/out"
}

say 'Building openssl'
cd "$work/openssl/src"
# Nothing is loaded at run time: no engines, no provider modules, no configuration file of somebody else's choosing. The
# legacy provider stays, for RC2 and 3DES in old PFX files.
# What it would look for under its own prefix it must not find: the drive's root may belong to anybody.
run ./Configure mingw64 no-shared no-tests no-engine no-comp no-ssl3 no-zlib no-dso no-module no-autoload-config \
  --prefix=/nowhere --libdir=lib --openssldir=/nowhere \
  CC="${launcher:+$launcher }$triple-gcc-posix" RC="$triple-windres" AR="$triple-ar" RANLIB="$triple-ranlib" CFLAGS="$hardening"
run make -j "$jobs" build_libs
run make install_dev DESTDIR="$work/openssl/installed"
mkdir -p "$sysroot"
cp -r "$work/openssl/installed/nowhere/." "$sysroot/"

with_cmake pugixml
with_cmake fmtlib -DFMT_TEST=OFF -DFMT_DOC=OFF
with_cmake spdlog -DSPDLOG_FMT_EXTERNAL=ON -DSPDLOG_BUILD_EXAMPLE=OFF
with_cmake catch2 -DBUILD_TESTING=OFF -DCATCH_INSTALL_DOCS=OFF

say 'Building sqlite3'
cd "$work/sqlite3/src"
run ./configure --disable-tcl
run make sqlite3.c
run $triple-gcc-posix $hardening -DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_DQS=0 -c sqlite3.c -o sqlite3.o
run $triple-ar rcs "$sysroot/lib/libsqlite3.a" sqlite3.o
cp sqlite3.h sqlite3ext.h "$sysroot/include/"

say 'Copying Microsoft GSL (headers alone)'
cp -r /usr/include/gsl "$sysroot/include/"
mkdir -p "$sysroot/share/cmake"
cp -r /usr/share/cmake/Microsoft.GSL "$sysroot/share/cmake/"

touch "$sysroot/.complete"
echo "$sysroot"
