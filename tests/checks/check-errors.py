#!/usr/bin/env python3
"""Every error id of the catalogue is provoked by a test that names it, is unique, and is used by the code.

Also makes docs/errors.md. usage: check-errors.py [--write]"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
layers = ["base", "crypto", "x509", "profile", "pfx", "store", "http", "provider", "issuance", "abi", "module"]
# Only another processor, or a library that breaks its own contract, can provoke these.
untestable = {"Module.Platform", "Module.Native"}
string = r'"((?:[^"\\]|\\.)*)"'
row = re.compile(r'CERTBROKER_ERROR\(\s*(\w+),\s*' + string + r',\s*(\w+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)')
note = re.compile(r'CERTBROKER_DIAGNOSTIC\(\s*(\w+),\s*' + string + r',\s*(?:(\w+),\s*)?((?:"(?:[^"\\]|\\.)*"\s*)+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)')


def joined(text):
    return "".join(re.findall(string, text)).replace('\\"', '"').replace("\\\\", "\\")


def statuses():
    text = (root / "native/include/certbroker/status.def").read_text()
    return re.findall(r'CERTBROKER_STATUS\((\w+), (\w+), (-?\d+), ' + string + r', (\w+)\)', text)


problems, catalogue, notes = [], [], []
# Plugins that name their failures have a catalogue like the layers'; their ids begin with their name.
plugins = sorted(p.parent.name for p in (root / "plugins").glob("*/errors.def"))
layers += ["plugins/" + name for name in plugins]


def folder(layer):
    return root / ("powershell/src" if layer == "module" else layer if layer.startswith("plugins/") else "native/src/" + layer)


for layer in layers:
    path = folder(layer) / "errors.def"
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    found = row.findall(text)
    if len(found) != text.count("CERTBROKER_ERROR("):
        problems.append(f"{path.relative_to(root)}: a row could not be read")
    catalogue += [(layer, name, i, status, joined(meaning), joined(remedy)) for name, i, status, meaning, remedy in found]
diagnostics = root / "native/src/profile/diagnostics.def"
if diagnostics.exists():
    text = re.sub(r"/\*.*?\*/", "", diagnostics.read_text(), flags=re.S)
    notes = [(name, i, severity, joined(meaning), joined(remedy)) for name, i, severity, meaning, remedy in note.findall(text)]
    if len(notes) != text.count("CERTBROKER_DIAGNOSTIC("):
        problems.append("native/src/profile/diagnostics.def: a row could not be read")

tests = "\n".join(p.read_text(errors="replace") for p in (root / "tests").rglob("*")
                  if p.suffix in (".cpp", ".hpp", ".cs", ".ps1", ".c") and "bin" not in p.parts and "obj" not in p.parts)
code = "\n".join(p.read_text() for top in ("native/src", "plugins") for p in (root / top).rglob("*") if p.suffix in (".cpp", ".hpp"))
managed = "\n".join(p.read_text() for p in (root / "powershell/src").rglob("*.cs"))
seen = set()
for layer, name, i, status, meaning, remedy in catalogue:
    if i in seen:
        problems.append(f"{i} stands twice in the catalogue")
    seen.add(i)
    if i not in untestable and f'"{i}"' not in tests and f'"CB.{i}"' not in tests:
        problems.append(f"{i} ({layer}/errors.def) is provoked by no test")
    if layer == "module":
        if "ModuleErrors." + name.title().replace("_", "") not in managed and f'"{i}"' not in managed.replace(f'CertBrokerStatus.Internal, "{i}"', ""):
            problems.append(f"{i} (powershell/src/errors.def) is used by no code")
    elif f"errors::{name}" not in code and not re.search(rf"\b{name}\b", code):
        problems.append(f"{i} ({layer}/errors.def) is used by no code")
    if not remedy.endswith((".", ")")) or len(remedy) < 10:
        problems.append(f"{i}: the remedy is no sentence")
for name, i, severity, meaning, remedy in notes:
    if f'"{i}"' not in tests:
        problems.append(f"{i} (profile/diagnostics.def) is provoked by no test")

lines = ["# Errors", "",
         "Made by `tests/checks/check-errors.py --write` from `status.def` and the `errors.def` of each layer; do not edit.", "",
         "An error has a *status* (what the caller can do), an *id* (what happened; in PowerShell the ErrorId is `CB.` and the id), one",
         "line of message, a chain of causes, and a *remedy* (in PowerShell: `$_.ErrorDetails.RecommendedAction`).", "",
         "## Statuses", "", "| Status | Number | Meaning | PowerShell category |", "| --- | --- | --- | --- |"]
lines += [f"| `CERTBROKER_{c}` | {number} | {sentence} | {category} |" for c, _, number, sentence, category in statuses()]
names = {cpp: c for c, cpp, *_ in statuses()}
for layer in layers:
    rows = sorted(r for r in catalogue if r[0] == layer)
    if rows:
        lines += ["", f"## {layer}", "", "| Id | Status | What happened | What to do |", "| --- | --- | --- | --- |"]
        lines += [f"| `{i}` | `{names.get(status, status)}` | {meaning} | {remedy} |".replace("||", "\\|\\|") for _, _, i, status, meaning, remedy in sorted(rows, key=lambda r: r[2])]
if notes:
    lines += ["", "## Warnings and information about requests", "", "`Test-CBCertificateRequest` shows them; they do not stop a request.", "", "| Id | What was found | What to do |", "| --- | --- | --- |"]
    lines += [f"| `{i}` | {meaning} | {remedy} |" for _, i, _, meaning, remedy in sorted(notes, key=lambda r: r[1])]
document = "\n".join(lines) + "\n"
target = root / "docs/errors.md"
if "--write" in sys.argv:
    target.write_text(document)
elif not target.exists() or target.read_text() != document:
    problems.append("docs/errors.md is not up to date: run tests/checks/check-errors.py --write")

for line in problems:
    print(line)
print(f"check-errors: {len(catalogue)} errors, {len(notes)} diagnostics, {len(problems)} problems")
sys.exit(1 if problems else 0)
