#!/usr/bin/env python3
"""Runs the code blocks of README.md that say they run: ```powershell blocks, in order, in one fresh PowerShell session with an
empty CERTBROKER_HOME, in a folder that holds certreq.ini. The two commands themselves (```sh blocks) are what CI runs anyway."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]
blocks = re.findall(r"^```powershell\n(.*?)^```", (root / "README.md").read_text(encoding="utf-8"), re.S | re.M)
if not blocks:
    sys.exit("README.md has no powershell block")
with tempfile.TemporaryDirectory() as folder:
    shutil.copy(root / "samples/ini/certreq.ini", folder)
    script = pathlib.Path(folder) / "readme.ps1"
    script.write_text("$ErrorActionPreference = 'Stop'\n$ConfirmPreference = 'None'\n" + "\n".join(blocks), encoding="utf-8")
    environment = {**os.environ, "CERTBROKER_HOME": str(pathlib.Path(folder) / "home")}
    run = subprocess.run([str(root / "build/certbroker-shell"), "-File", str(script)], cwd=folder, env=environment, stdin=subprocess.DEVNULL)
sys.exit(run.returncode)
