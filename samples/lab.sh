# What the samples that start a lab have in common; sourced by digicert-lab.sh, ndes-lab.sh and microsoft-ca-lab.sh, in the root of the tree.

# prepare NAME: builds what is missing; afterwards 'run SCRIPT' runs a PowerShell script, and $out is the folder for results.
prepare() {
  name=$1 log=build/$1.log out=$PWD/$1-output
  echo '== Building (the first time takes some minutes)'
  tests/setup.sh build
  mkdir -p build
  [ -f build/linux/CMakeCache.txt ] || quietly cmake --preset linux -DCERTBROKER_BUILD_TESTS=OFF -DCERTBROKER_BUILD_BENCH=OFF
  quietly cmake --build --preset linux --target certbroker certbroker_plugins
  quietly powershell/build-module.sh build/linux
  quietly tests/lab/build.sh
  command -v pwsh >/dev/null || quietly tests/shell/build.sh
  rm -rf "$out"
  mkdir -p "$out/lab"
  export CERTBROKER_HOME=$out/home
}

quietly() { "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; echo "Failed: $*" >&2; exit 1; }; }

run() {
  if command -v pwsh >/dev/null; then
    pwsh -NoProfile -NonInteractive -Command "Import-Module '$PWD/build/module/CertBroker/CertBroker.psd1'; & '$1' -Lab '$out/lab' -Output '$out'; exit [int](-not \$?)" 9>&-
  else
    build/certbroker-shell -File "$1" -Lab "$out/lab" -Output "$out" 9>&-
  fi
}

# start_lab KIND: the lab of that kind, with its files in $out/lab. It ends with this script: the pipe that is its standard input closes.
start_lab() {
  echo '== Starting the lab'
  mkfifo "$out/lab/input"
  build/lab/certbroker-lab "$1" --folder "$out/lab" <"$out/lab/input" >"$out/lab/addresses" &
  lab=$!
  exec 9>"$out/lab/input"
  trap 'exec 9>&-; wait "$lab" || true' EXIT
  for _ in $(seq 200); do
    [ -e "$out/lab/ready.json" ] && break
    kill -0 "$lab" 2>/dev/null || { echo 'The lab did not start.' >&2; exit 1; }
    sleep 0.1
  done
  cat "$out/lab/addresses"
}

# check TEXT COMMAND: says the text, and stops when the command fails.
check() { printf '   %s\n' "$1"; shift; "$@" >"$log" 2>&1 || { cat "$log" >&2; echo 'This should have worked.' >&2; exit 1; }; }
