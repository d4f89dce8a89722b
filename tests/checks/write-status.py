#!/usr/bin/env python3
"""Writes the table of tests passed and skipped in each lane into README.md, between its status markers.
usage: write-status.py file   (lines "lane|passed|skipped", as tests/run.sh makes them)"""
import pathlib
import sys

readme = pathlib.Path(__file__).resolve().parents[2] / "README.md"
begin, end = "<!-- status -->", "<!-- /status -->"
rows = [line.split("|") for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines() if line]
text = readme.read_text(encoding="utf-8")
if begin not in text or end not in text:
    sys.exit("README.md has no status markers")
table = ["| lane | passed | skipped |", "| --- | ---: | ---: |"] + [f"| {lane} | {passed} | {skipped} |" for lane, passed, skipped in rows]
before, rest = text.split(begin, 1)
after = rest.split(end, 1)[1]
readme.write_text(before + begin + "\n" + "\n".join(table) + "\n" + end + after, encoding="utf-8")
print(f"write-status: {len(rows)} lanes")
