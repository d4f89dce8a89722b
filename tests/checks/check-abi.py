#!/usr/bin/env python3
"""The C ABI's symbols: native/abi/certbroker.symbols is the list; header, version script, built library and the structs'
layout must agree with it. usage: check-abi.py [path of certbroker.so]"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]
problems = []


def compare(what, have, want):
    for name in sorted(want - have):
        problems.append(f"{what} lacks {name}")
    for name in sorted(have - want):
        problems.append(f"{what} has {name}, which certbroker.symbols does not list")


lines = [l.split("#")[0].split() for l in (root / "native/abi/certbroker.symbols").read_text().splitlines()]
listed = {l[0]: l[1] for l in lines if l}
header = (root / "native/include/certbroker/certbroker.h").read_text()
declared = dict((name, f"{a}.{b}") for a, b, name in re.findall(r"CERTBROKER_API\((\d+), (\d+)\)[^;(]*?CERTBROKER_CALL (certbroker_\w+)\(", header))
compare("certbroker.h", set(declared), set(listed))
for name, since in declared.items():
    if name in listed and listed[name] != since:
        problems.append(f"{name}: the header says since {since}, the list says {listed[name]}")
script = (root / "native/abi/certbroker.map").read_text()
compare("certbroker.map", set(re.findall(r"^\s+(certbroker_\w+);", script, re.M)), set(listed))
if len(sys.argv) > 1:
    output = subprocess.run(["nm", "-D", "--defined-only", sys.argv[1]], check=True, capture_output=True, text=True).stdout
    exported = {l.split()[-1].split("@")[0] for l in output.splitlines() if l.split()[-2] in "TWBDRV"}
    compare(pathlib.Path(sys.argv[1]).name, exported, set(listed))

# The layout of transparent structs, as this compiler sees it, against the file that says what was promised.
layout = json.loads((root / "native/abi/layout.json").read_text())
with tempfile.TemporaryDirectory() as folder:
    program = pathlib.Path(folder) / "layout.c"
    body = []
    for struct, promised in layout.items():
        body.append(f'printf("{struct} sizeof %zu\\n", sizeof({struct}));')
        body += [f'printf("{struct} {field} %zu\\n", offsetof({struct}, {field}));' for field in promised["fields"]]
    program.write_text('#include <stdio.h>\n#include "certbroker/certbroker.h"\n#include "certbroker/plugin.h"\nint main(void) {\n' + "\n".join(body) + "\nreturn 0; }\n")
    binary = pathlib.Path(folder) / "layout"
    subprocess.run(["cc", "-std=c99", f"-I{root}/native/include", str(program), "-o", str(binary)], check=True)
    for line in subprocess.run([str(binary)], check=True, capture_output=True, text=True).stdout.splitlines():
        struct, field, value = line.split()
        promised = layout[struct]["size"] if field == "sizeof" else layout[struct]["fields"][field]
        if int(value) != promised:
            problems.append(f"{struct}.{field} is {value}, promised was {promised}")

# Each header alone, as C99 and C++20, with nothing else on the include path.
for name in ("certbroker.h", "plugin.h", "schema.h", "plugin.hpp"):
    for compiler, standard, suffix in (("cc", "c99", "c"), ("c++", "c++20", "cpp")):
        if name.endswith("hpp") and suffix == "c":
            continue
        with tempfile.TemporaryDirectory() as folder:
            alone = pathlib.Path(folder) / f"alone.{suffix}"
            alone.write_text(f'#include "certbroker/{name}"\nint main(void) {{ return 0; }}\n')
            run = subprocess.run([compiler, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror",
                                  f"-I{root}/native/include", "-fsyntax-only", str(alone)], capture_output=True, text=True)
            if run.returncode != 0:
                problems.append(f"{name} does not compile alone as {standard}: {run.stderr.strip().splitlines()[0]}")

for line in problems:
    print(line)
print(f"check-abi: {len(listed)} symbols, {len(layout)} structs, {len(problems)} problems")
sys.exit(1 if problems else 0)
