#!/usr/bin/env python3
"""The house's own rules: top-level folders, file sizes, a test beside every source, no marks of unfinished work, no paths or
hosts of a machine, links in the documentation that lead somewhere, docs pages for every provider."""
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
files = [root / f for f in subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout.split("\0") if f]
files = [f for f in files if f.is_file()]
problems = []

folders = {f.relative_to(root).parts[0] for f in files if len(f.relative_to(root).parts) > 1}
for extra in sorted(folders - {"native", "plugins", "powershell", "tests", "samples", "docs", ".ci"}):
    problems.append(f"{extra}/ is no top-level folder of this project")

sources = [f for f in files if f.suffix in (".cpp", ".hpp", ".h", ".cs", ".c")]
generated = {"Generated.cs", "NativeMethods.cs", "certbroker.h", "plugin.h", "plugin.hpp"}
for f in sources:
    lines = f.read_text(encoding="utf-8", errors="replace").count("\n")
    if lines > 450 and f.name not in generated and "data" not in f.parts:
        problems.append(f"{f.relative_to(root)}: {lines} lines; split it by idea")

marks = re.compile(r"\b(TODO|FIXME|XXX)\b|[Nn]ot implemented yet")
machine = re.compile(r"(?<![A-Za-z0-9_.-])/(?:work|farm)/|/tmp/w/|snapshot\.debian\.org|nuget\.org/v3")
for f in files:
    if "data" in f.parts or "corpus" in f.parts or f.suffix in (".der", ".pfx", ".p12", ".p7b"):
        continue
    try:
        text = f.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        continue
    if f.name in ("check-tree.py",):
        continue
    for number, line in enumerate(text.splitlines(), 1):
        if marks.search(line):
            problems.append(f"{f.relative_to(root)}:{number}: a mark of unfinished work")
        if machine.search(line):
            problems.append(f"{f.relative_to(root)}:{number}: a path or host of a machine")

# The test of native/src/x/y.cpp is tests/unit/x/y.test.cpp; abi/ is tested through its own header in tests/abi.
without = set()
exceptions = root / "tests/checks/without-test.txt"
if exceptions.exists():
    without = {l.split("#")[0].strip() for l in exceptions.read_text().splitlines()} - {""}
for f in sorted((root / "native/src").rglob("*.cpp")):
    relative = f.relative_to(root / "native/src")
    if relative.parts[0] == "abi":
        continue
    if not (root / "tests/unit" / relative.with_suffix(".test.cpp")).exists() and relative.as_posix() not in without:
        problems.append(f"native/src/{relative}: there is no tests/unit/{relative.with_suffix('.test.cpp')} (or a line in tests/checks/without-test.txt)")
for name in sorted(without):
    if not (root / "native/src" / name).exists() or (root / "tests/unit" / name).with_suffix(".test.cpp").exists():
        problems.append(f"tests/checks/without-test.txt: {name} needs no line")

for f in files:
    if f.suffix != ".md":
        continue
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", f.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target) and not (f.parent / target).exists():
            problems.append(f"{f.relative_to(root)}: the link {target} leads nowhere")

for plugin in sorted(p for p in (root / "plugins").iterdir() if p.is_dir()):
    if plugin.name != "shared" and not (root / "docs/providers" / f"{plugin.name}.md").exists():
        problems.append(f"docs/providers/{plugin.name}.md is missing")
    if not (plugin / "README.md").exists():
        problems.append(f"plugins/{plugin.name}/README.md is missing")

for line in problems:
    print(line)
print(f"check-tree: {len(files)} files, {len(problems)} problems")
sys.exit(1 if problems else 0)
