#!/usr/bin/env python3
"""What a Windows library exports and imports, and how it is hardened, as the linker wrote it.
usage: check-dll.py library.dll symbols-file|symbol   (a file with a symbol a line, or the one symbol of a plugin)"""
import pathlib
import re
import subprocess
import sys

library, wanted = sys.argv[1], sys.argv[2]
text = subprocess.run(["x86_64-w64-mingw32-objdump", "-p", library], check=True, capture_output=True, text=True).stdout
problems = []

path = pathlib.Path(wanted)
expected = {l.split()[0] for l in path.read_text().splitlines() if l.strip() and not l.startswith("#")} if path.exists() else {wanted}
table = text.split("[Ordinal/Name Pointer] Table", 1)
exported = set(re.findall(r"^\s*\[\s*\d+\](?:\s+\+base\[\s*\d+\]\s+[0-9a-f]+)?\s+(\S+)\s*$", table[1], re.M)) if len(table) == 2 else set()
for name in sorted(expected - exported):
    problems.append(f"does not export {name}")
for name in sorted(exported - expected):
    problems.append(f"exports {name}, which is not in {wanted}")

# Part of every Windows since 10; nothing that a toolchain would have to bring along.
system = {"advapi32", "bcrypt", "crypt32", "kernel32", "msvcrt", "ncrypt", "ole32", "shell32", "user32", "winhttp", "wintrust",
          "ws2_32", "gdi32", "secur32", "version", "oleaut32"}
imported = {name.lower() for name in re.findall(r"DLL Name: (\S+)", text)}
for name in sorted(imported):
    if name.removesuffix(".dll") not in system and not name.startswith("api-ms-win-"):
        problems.append(f"imports {name}, which is no part of Windows")

flags = int(re.search(r"DllCharacteristics\s+([0-9a-f]+)", text).group(1), 16)
for bit, what in ((0x20, "64-bit address space layout randomisation"), (0x40, "address space layout randomisation"), (0x100, "data execution prevention")):
    if not flags & bit:
        problems.append(f"is linked without {what}")

for problem in problems:
    print(f"{library}: {problem}")
print(f"check-dll: {pathlib.Path(library).name}: {len(exported)} exports, {len(imported)} imports, {len(problems)} problems")
sys.exit(1 if problems or not exported else 0)
