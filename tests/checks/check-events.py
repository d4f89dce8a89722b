#!/usr/bin/env python3
"""Every event of the catalogue is provoked by a test that names it, is unique, and is used by the code; the fields that code
gives an event are among those of the catalogue.

Also makes docs/events.md. usage: check-events.py [--write]"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
string = r'"((?:[^"\\]|\\.)*)"'
row = re.compile(r'CERTBROKER_EVENT\(\s*(\w+),\s*(\d+),\s*' + string + r',\s*(\w+),\s*' + string + r',\s*' + string + r'\)')
areas = {1: "Requests", 2: "Authorities", 3: "Stores and PFX", 4: "Plugins", 5: "Revocation and search"}
fields_explained = {
    "account": "the account that may use the key",
    "authority": "the authority's name",
    "caReference": "what the CA calls the request: its support asks for it",
    "call": "the call from which the provider did not come back",
    "check": "the check's id",
    "errorId": "what went wrong ([errors.md](errors.md))",
    "found": "how many there were",
    "hash": "SHA-256 of the plugin's file",
    "httpStatus": "the status of the server's answer",
    "location": "LocalMachine or CurrentUser",
    "path": "the plugin's file",
    "privateKey": "whether there is one; of a removed certificate whether its key is kept or removed",
    "provider": "the provider's id",
    "reason": "the CA's reason code; of a revocation that of RFC 5280",
    "recovered": "how many of them went on",
    "replaces": "thumbprint of the certificate that is renewed",
    "requestId": "the request's id in the journal: `Get-CBIssuance -RequestId`; also what the CA gets as transaction or idempotency id",
    "settings": "names of the settings that were changed; never their values",
    "state": "the state of the request",
    "store": "the store's uri",
    "subject": "the subject's distinguished name",
    "template": "the CA's template or profile",
    "thumbprint": "the certificate's thumbprint",
}

problems = []
text = (root / "native/src/base/events.def").read_text()
text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
catalogue = [(cpp, int(number), name, level, meaning, fields.split()) for cpp, number, name, level, meaning, fields in row.findall(text)]
if len(catalogue) != text.count("CERTBROKER_EVENT("):
    problems.append("native/src/base/events.def: a row could not be read")

tests = "\n".join(p.read_text(errors="replace") for p in (root / "tests").rglob("*")
                  if p.suffix in (".cpp", ".hpp", ".cs", ".ps1") and "bin" not in p.parts and "obj" not in p.parts)
code = "\n".join(p.read_text() for p in (root / "native/src").rglob("*") if p.suffix in (".cpp", ".hpp"))
numbers, names = set(), set()
for cpp, number, name, level, meaning, fields in catalogue:
    if number in numbers or name in names:
        problems.append(f"{number} {name} stands twice in the catalogue")
    numbers.add(number)
    names.add(name)
    if number // 1000 not in areas:
        problems.append(f"{number} {name} is in no area")
    if not re.search(rf'(?:"|\\"){name}(?:"|\\")', tests):
        problems.append(f"{number} {name} is provoked by no test that names it")
    if f"events::{cpp}" not in code:
        problems.append(f"{number} {name} is used by no code")
    problems += [f"{number} {name}: the field {field} is not explained in check-events.py" for field in fields if field not in fields_explained]
known = {field for event in catalogue for field in event[5]}
for unused in sorted(set(fields_explained) - known):
    problems.append(f"the field {unused} is explained, but no event has it")
# with("name", ...) of a field that no event has would be dropped without a word.
for given in sorted(set(re.findall(r'\.with\("(\w+)"', code)) - known):
    problems.append(f"code gives the field {given}, which no event has")

target = root / "docs/events.md"
marker = "<!-- Made by tests/checks/check-events.py --write from native/src/base/events.def; do not edit below. -->"
document = target.read_text() if target.exists() else ""
if marker not in document:
    problems.append(f"docs/events.md lacks the line {marker}")
made = [marker]
for area, title in areas.items():
    made += ["", f"### {title}", "", "| Id | Event | Level | What happened | Fields |", "| --- | --- | --- | --- | --- |"]
    made += [f"| {number} | `{name}` | {level} | {meaning} | {', '.join(f'`{f}`' for f in fields)} |"
             for _, number, name, level, meaning, fields in catalogue if number // 1000 == area]
made += ["", "### Fields", "", "| Field | What it says |", "| --- | --- |"]
made += [f"| `{field}` | {meaning} |" for field, meaning in sorted(fields_explained.items())]
wanted = document.split(marker)[0] + "\n".join(made) + "\n"
if "--write" in sys.argv:
    target.write_text(wanted)
elif document != wanted:
    problems.append("docs/events.md is not up to date: run tests/checks/check-events.py --write")

for line in problems:
    print(line)
print(f"check-events: {len(catalogue)} events, {len(problems)} problems")
sys.exit(1 if problems else 0)
