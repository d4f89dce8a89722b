#!/usr/bin/env python3
"""Compares what was skipped under Wine with the reviewed list beside this file.
usage: check-skips.py folder-with-junit-results ... [--write]   exits 1 when something is skipped that is not on the list

A line of skips.txt is "executable: case", then " # " and the reason that the case printed when it was reviewed. Lines
whose case runs now are shown, and do no harm: a later Wine, or Windows itself, can more."""
import pathlib
import sys
import xml.etree.ElementTree as tree

listed_file = pathlib.Path(__file__).with_name("skips.txt")
skipped = {}
folders = [pathlib.Path(a) for a in sys.argv[1:] if not a.startswith("--")]
for path in sorted(p for folder in folders for p in folder.glob("*.xml")):
    for case in tree.parse(path).getroot().iter("testcase"):
        skip = case.find("skipped")
        if skip is not None:
            skipped[f"{path.stem}: {case.get('name')}"] = " ".join((skip.get("message") or skip.text or "").split()).removeprefix("SKIPPED ").split(" at ../")[0]

if "--write" in sys.argv:
    listed_file.write_text("# The tests that are skipped under Wine, each with the reason that it found. See check-skips.py.\n"
                           + "".join(f"{name} # {reason}\n" for name, reason in sorted(skipped.items())), encoding="utf-8")
listed = {line.split(" # ")[0].strip() for line in listed_file.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")}
new = sorted(set(skipped) - listed)
for name in new:
    print(f"skipped, and not on the list: {name}: {skipped[name]}")
ran = {p.stem for folder in folders for p in folder.glob("*.xml")}
for name in sorted(listed - set(skipped)):
    if name.split(": ")[0] in ran:
        print(f"on the list, and runs now: {name}")
print(f"check-skips: {len(skipped)} skipped, {len(listed)} listed, {len(new)} new")
sys.exit(1 if new else 0)
