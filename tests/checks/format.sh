#!/usr/bin/env bash
# Formats the C and C++ sources; with --check only tells which are not. The generated and the data files stay as they are.
set -euo pipefail
cd "$(dirname "$0")/../.."
mapfile -d '' files < <(git ls-files -z -- 'native/src/*.cpp' 'native/src/*.hpp' 'plugins/*.cpp' 'plugins/*.hpp' 'tests/*.cpp' 'tests/*.hpp' \
  'native/include/certbroker/plugin.hpp' 'samples/*.cpp' ':!tests/data/*')
if [ "${1:-}" = --check ]; then
  clang-format --dry-run -Werror "${files[@]}" 2>&1 | grep -E 'error:' | cut -d: -f1 | sort -u | sed 's/^/not formatted: /' >&2 || true
  clang-format --dry-run -Werror "${files[@]}" >/dev/null 2>&1
else
  clang-format -i "${files[@]}"
fi
