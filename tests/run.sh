#!/usr/bin/env bash
# Sets a fresh machine up and runs everything. usage: ./tests/run.sh [stage ...]   (no stage = all of them)
# stages: checks native asan windows module powershell samples
# Ends with "N passed, N failed, N skipped"; exits 1 on any failure. Every skip prints its reason.
set -uo pipefail
cd "$(dirname "$0")/.."

stages=("$@")
[ ${#stages[@]} -gt 0 ] || stages=(checks native asan windows module powershell samples)
passed=0 failed=0 skipped=0
failures=()
mkdir -p build/logs

pass() { passed=$((passed + 1)); printf 'ok      %s\n' "$1"; }
fail() { failed=$((failed + 1)); failures+=("$1"); printf 'FAILED  %s\n' "$1"; }
skip() { skipped=$((skipped + 1)); printf 'skipped %s: %s\n' "$1" "$2"; }
wants() { local s; for s in "${stages[@]}"; do [ "$s" = "$1" ] && return 0; done; return 1; }
# What a lane added to the counts goes into the table of README.md at the end of a whole run.
lanes=()
lane_passed=0 lane_skipped=0
lane_begins() { lane_passed=$passed lane_skipped=$skipped; }
lane_ends() { lanes+=("$1|$((passed - lane_passed))|$((skipped - lane_skipped))"); }
banner() { printf '\n== %s (%ds)\n' "$1" "$SECONDS"; }

# One command that is one test; its output is shown when it fails.
step() {
  local name=$1 log
  log=build/logs/$(tr -c 'A-Za-z0-9.\n' '-' <<<"$name").log
  shift
  if "$@" >"$log" 2>&1; then pass "$name"; else
    fail "$name"
    tail -n 60 "$log"
    return 1
  fi
}

# Adds up the JUnit results that Catch2 executables wrote, and names what failed or was skipped.
add_results() {
  local out
  out=$(python3 - "$1" <<'PYTHON'
import pathlib, sys, xml.etree.ElementTree as tree
passed = failed = skipped = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.xml")):
    for case in tree.parse(path).getroot().iter("testcase"):
        name = f"{path.stem}: {case.get('name')}"
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            print(f"FAILED  {name}")
        elif skip is not None:
            skipped += 1
            print(f"skipped {name}: {' '.join((skip.get('message') or skip.text or 'no reason given').split())}")
        else:
            passed += 1
print(passed, failed, skipped)
PYTHON
  ) || { fail "results of $1"; return; }
  head -n -1 <<<"$out"
  local p f s
  read -r p f s <<<"$(tail -n 1 <<<"$out")"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  if [ "$f" != 0 ]; then failures+=("$f cases in $1"); fi
}

# ctest of one build tree. Executables with results are counted by case; others count as one test each.
run_ctest() {
  local tree=$1 label=$2 log
  shift 2
  log=build/logs/ctest-$(basename "$tree").log
  rm -rf "$tree/results"
  mkdir -p "$tree/results"
  (cd "$tree" && ctest --output-on-failure --no-tests=error -j 2 "$@") >"$log" 2>&1
  local line name
  while read -r line; do
    name=$(sed -nE 's/^ *[0-9]+\/[0-9]+ +Test +#[0-9]+: ([^ ]+) .*/\1/p' <<<"$line")
    [ -n "$name" ] || continue
    if grep -q 'Passed' <<<"$line"; then
      [ -f "$tree/results/$name.xml" ] || pass "$label: $name"
    elif [ ! -f "$tree/results/$name.xml" ] || ! grep -qE '<(failure|error)' "$tree/results/$name.xml"; then
      fail "$label: $name (see $log)" # crashed, timed out or failed outside a case
    fi
  done < <(grep -E '^ *[0-9]+/[0-9]+ +Test +#' "$log")
  grep -qE 'Test +#' "$log" || fail "$label: no tests were found"
  grep -qE '\*\*\*|FAILED|failed out of [1-9]' "$log" && { grep -nE 'FAILED:|\*\*\*|Sanitizer|runtime error|^with expansion' "$log" | head -n 60; }
  add_results "$tree/results"
}

# A script that counts its own tests and ends with "LABEL: N passed, N failed, N skipped".
counted() {
  local name=$1 label=$2 log line
  log=build/logs/$label.log
  shift 2
  "$@" 2>&1 | tee "$log" | grep -aE 'FAIL|skip|\[SKIP\]|^'"$label"':'
  line=$(grep -aE "^$label: [0-9]+ passed" "$log" | tail -n 1)
  if [[ $line =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped ]]; then
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=$((skipped + BASH_REMATCH[3]))
    [ "${BASH_REMATCH[2]}" = 0 ] || { failures+=("${BASH_REMATCH[2]} of $name"); tail -n 80 "$log"; }
  else
    fail "$name (no result line)"
    tail -n 60 "$log"
  fi
}

tests/setup.sh test || { echo 'The machine could not be set up.'; echo '0 passed, 1 failed, 0 skipped'; exit 1; }

if wants checks; then
  banner 'Checks of the tree'
  step 'layers point down only' python3 tests/checks/check-layers.py
  step 'every error has a row, a remedy and a test; docs/errors.md is up to date' python3 tests/checks/check-errors.py
  step 'every event has a row, a use and a test; docs/events.md is up to date' python3 tests/checks/check-events.py
  step 'the C# twins of the definitions are up to date' python3 tests/checks/gen-csharp.py --check
  step 'the C# binding matches the header' python3 tests/checks/check-binding.py
  step 'every check is documented and tested, every row of the connector answered' python3 tests/checks/check-troubleshooting.py
  step 'the tree keeps its own rules' python3 tests/checks/check-tree.py
  step 'the sources are formatted (fix: tests/checks/format.sh)' tests/checks/format.sh --check
fi

if wants native || wants module || wants powershell || wants windows || wants samples; then
  banner 'Building (release)'
  step 'configure, release' cmake --preset linux -DCERTBROKER_BUILD_TESTS=ON -DCERTBROKER_BUILD_BENCH=ON
  step 'build, release' cmake --build --preset linux
fi
if wants native; then
  lane_begins
  banner 'Native tests: unit, ABI, host, conformance, interop, crash, corpora (release)'
  step 'the ABI is what the symbol list, the layouts and the headers say' python3 tests/checks/check-abi.py build/linux/certbroker.so
  for plugin in build/linux/plugins/*.so; do
    step "$(basename "$plugin") exports one symbol" bash -c "[ \"\$(nm -D --defined-only '$plugin' | awk '{print \$3}')\" = certbroker_plugin_describe ]"
  done
  step 'the lab is built, for the interop tests' tests/lab/build.sh
  run_ctest build/linux release
  lane_ends 'Linux: unit, ABI, host, conformance, interop, crash, corpora'
fi

if wants asan; then
  lane_begins
  banner 'Unit, host and conformance suites and corpora under AddressSanitizer and UndefinedBehaviorSanitizer'
  step 'configure, sanitizers' cmake --preset asan
  if step 'build, sanitizers' cmake --build --preset asan; then
    # Crash and interop tests watch files and other programs, not memory.
    ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 run_ctest build/asan sanitizers -LE 'crash|interop'
  fi
  lane_ends 'Linux, AddressSanitizer and UndefinedBehaviorSanitizer'
fi

if wants windows; then
  lane_begins
  banner 'Windows binaries, under Wine: unit, ABI, host, conformance, crash, corpora'
  if step 'the cross compiler, Wine and the libraries are there' tests/setup.sh windows &&
    step 'configure, Windows' cmake --preset windows-mingw &&
    step 'build, Windows' cmake --build --preset windows-mingw; then
    step 'certbroker.dll exports the ABI, imports only Windows, is hardened' python3 tests/checks/check-dll.py build/windows/certbroker.dll native/abi/certbroker.symbols
    for plugin in build/windows/plugins/*.dll; do
      step "$(basename "$plugin") exports one symbol, imports only Windows, is hardened" python3 tests/checks/check-dll.py "$plugin" certbroker_plugin_describe
    done
    tests/wine/wine.sh --as-user cmd /c exit </dev/null >/dev/null 2>&1
    run_ctest build/windows windows
    step 'no test is skipped under Wine but those of tests/wine/skips.txt' python3 tests/wine/check-skips.py build/windows/results
  fi
  lane_ends 'Windows binaries under Wine: unit, ABI, host, conformance, crash, corpora'
fi

if wants module || wants powershell || wants windows || wants samples; then
  banner 'The module'
  step 'the module is built' powershell/build-module.sh build/linux
  step 'the shell is built' tests/shell/build.sh
  step 'help and cmdlet pages are up to date' powershell/help/generate.sh --check
fi
if wants powershell; then
  lane_begins
  banner 'Cmdlets in a real PowerShell engine'
  step 'the lab is built' tests/lab/build.sh && counted 'The lab, its own tests' lab build/lab/certbroker-lab selftest
  counted 'PowerShell tests' powershell tests/powershell/run.sh
  lane_ends 'Linux: cmdlets in PowerShell'
fi
if wants windows; then
  lane_begins
  banner 'Cmdlets as Windows programs, under Wine; the release'
  step 'the module is built with its Windows part' powershell/build-module.sh build/linux build/windows
  counted 'PowerShell tests under Wine' powershell-windows tests/wine/powershell.sh
  step 'no cmdlet test is skipped under Wine but those of tests/wine/skips.txt' python3 tests/wine/check-skips.py build/results/powershell-windows
  counted 'the RA section under Wine' ra-section tests/wine/ra-section.sh
  step 'the release is made' powershell/release.sh
  step 'the release is what it says' python3 tests/checks/check-release.py build/release
  step 'samples/quickstart.ps1, under Wine' tests/wine/quickstart.sh
  lane_ends 'Windows binaries under Wine: cmdlets in PowerShell, the RA section, the release'
  tests/wine/wine.sh --stop
fi

if wants samples; then
  banner 'Samples and README'
  step 'samples/quickstart.sh' ./samples/quickstart.sh
  for lab in digicert ndes microsoft-ca; do step "samples/$lab-lab.sh" "./samples/$lab-lab.sh"; done
  for sample in samples/*/test.sh; do step "$(dirname "$sample")" "$sample"; done
  step 'the code blocks of README.md run' python3 tests/checks/run-readme.py
fi

if [ $# = 0 ]; then
  printf '%s\n' "${lanes[@]}" >build/logs/lanes
  step 'the table of README.md is made' python3 tests/checks/write-status.py build/logs/lanes
fi

printf '\n'
if [ "$failed" -gt 0 ]; then printf 'failed: %s\n' "${failures[@]}"; fi
printf 'took %d s\n' "$SECONDS"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
