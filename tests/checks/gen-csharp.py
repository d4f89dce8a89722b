#!/usr/bin/env python3
"""Writes powershell/src/Interop/Generated.cs, the C# twins of the C ABI's numbers.

Sources: status.def, properties.def, the enums of certbroker.h, and powershell/src/errors.def. The file is committed; run this after changing one
of them. With --check nothing is written: a difference is printed and the exit code is 1.
"""
import difflib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "native/include/certbroker"
TARGET = ROOT / "powershell/src/Interop/Generated.cs"

# Names in C# that would say the same thing twice or hide a type of PowerShell.
ENUM_NAMES = {
    "certbroker_state": "NativeState",
    "certbroker_encoding": "NativeEncoding",
    "certbroker_find_by": "FindBy",
    "certbroker_severity": "NativeSeverity",
    "certbroker_log_level": "NativeLogLevel",
    "certbroker_stage": "NativeStage",
    "certbroker_number": "NativeNumber",
    "certbroker_capability": "NativeCapability",
    "certbroker_store_capability": "NativeStoreCapability",
    "certbroker_operation_flag": "NativeOperationFlag",
}


def pascal(words: str) -> str:
    return "".join(word.capitalize() for word in words.lower().split("_"))


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def statuses() -> list[tuple[str, str, str, str]]:
    rows = re.findall(r'^CERTBROKER_STATUS\((\w+), (\w+), (-?\d+), "((?:[^"\\]|\\.)*)", (\w+)\)',
                      (INCLUDE / "status.def").read_text(), re.M)
    return [(pascal(cpp), number, sentence, category) for _, cpp, number, sentence, category in rows]


def properties() -> list[tuple[str, str, str]]:
    rows = re.findall(r'^CERTBROKER_PROPERTY\((\w+), (\d+), (\w+), "((?:[^"\\]|\\.)*)"\)',
                      (INCLUDE / "properties.def").read_text(), re.M)
    return [(pascal(name), number, f"{sentence} ({kind})") for name, number, kind, sentence in rows]


def module_errors() -> list[tuple[str, str, str, str, str]]:
    text = re.sub(r"/\*.*?\*/", "", (ROOT / "powershell/src/errors.def").read_text(), flags=re.S)
    rows = re.findall(r'^CERTBROKER_ERROR\((\w+), "([\w.]+)", (\w+), "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)', text, re.M)
    if len(rows) != text.count("CERTBROKER_ERROR("):
        raise SystemExit("gen-csharp.py cannot read a row of powershell/src/errors.def")
    return [(pascal(name), error_id, pascal(status), sentence, remedy) for name, error_id, status, sentence, remedy in rows]


def header_enums() -> list[tuple[str, list[tuple[str, str, str]]]]:
    text = (INCLUDE / "certbroker.h").read_text()
    found = []
    for name, body in re.findall(r"^enum (certbroker_\w+) \{(.*?)\};", text, re.M | re.S):
        if re.search(r"^#", body, re.M):
            continue  # made from a .def file, above
        if name not in ENUM_NAMES:
            raise SystemExit(f"gen-csharp.py does not know how to call {name} in C#: add it to ENUM_NAMES")
        comments = {}
        for constant, comment in re.findall(r"(CERTBROKER_\w+) = [^,/}]+,?\s*/\*\s*(.*?)\s*\*/", body, re.S):
            comments[constant] = " ".join(comment.split())
        values = re.findall(r"(CERTBROKER_\w+) = ([^,/}]+?)\s*(?:,|/|$|\n)", body.rstrip() + "\n")
        prefix = common_prefix([constant for constant, _ in values])
        found.append((ENUM_NAMES[name], [(pascal(constant[len(prefix):]), value.strip(), comments.get(constant, ""))
                                         for constant, value in values]))
    return found


def common_prefix(names: list[str]) -> str:
    words = [name.split("_") for name in names]
    count = 0
    while all(len(w) > count + 1 for w in words) and len({w[count] for w in words}) == 1:
        count += 1
    return "_".join(words[0][:count]) + "_"


def generate() -> str:
    out = [
        "// Made by tests/checks/gen-csharp.py from status.def, properties.def, errors.def and certbroker.h. Do not edit.",
        "",
        "#nullable enable",
        "",
        "using System.Management.Automation;",
        "",
        "namespace CertBroker;",
        "",
        "    /// <summary>What a call of the native library ended with: what the caller can do about it.</summary>",
        "    public enum CertBrokerStatus",
        "    {",
    ]
    for name, number, sentence, _ in statuses():
        out += [f"        /// <summary>{escape(sentence)}</summary>", f"        {name} = {number},"]
    out += ["    }", "", "    internal static class StatusCategory", "    {",
            "        public static ErrorCategory Of(CertBrokerStatus status)", "        {", "            switch (status)",
            "            {"]
    for name, _, _, category in statuses():
        out.append(f"                case CertBrokerStatus.{name}: return ErrorCategory.{category};")
    out += ["                default: return ErrorCategory.NotSpecified;", "            }", "        }", "    }", "",
            "    internal enum Property", "    {"]
    for name, number, sentence in properties():
        out += [f"        /// <summary>{escape(sentence)}</summary>", f"        {name} = {number},"]
    out.append("    }")
    out += ["", "    /// <summary>The module's own errors; a message may come with a remedy of its own.</summary>",
            "    internal static class ModuleErrors", "    {"]
    for name, error_id, status, sentence, remedy in module_errors():
        out += [f"        /// <summary>{escape(sentence)}</summary>",
                f"        public static CertBrokerException {name}(string message, string? remedy = null) =>",
                f'            new CertBrokerException(CertBrokerStatus.{status}, "{error_id}", message,',
                f'                remedy ?? "{remedy}");', ""]
    out[-1] = "    }"
    for name, values in header_enums():
        out += ["", f"    internal enum {name}", "    {"]
        for constant, value, comment in values:
            if comment:
                out.append(f"        /// <summary>{escape(comment)}</summary>")
            out.append(f"        {constant} = {value},")
        out.append("    }")
    out.append("")
    return "\n".join(line[4:] if line.startswith("    ") else line for line in out)


def main() -> int:
    wanted = generate()
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(wanted)
        return 0
    actual = TARGET.read_text() if TARGET.exists() else ""
    if actual == wanted:
        return 0
    sys.stdout.writelines(difflib.unified_diff(actual.splitlines(True), wanted.splitlines(True),
                                               "Generated.cs as committed", "Generated.cs as it should be"))
    print("Generated.cs is out of date: run tests/checks/gen-csharp.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
