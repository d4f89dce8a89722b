#!/usr/bin/env python3
"""Compares the C# binding (powershell/src/Interop/NativeMethods*.cs) with the C ABI (certbroker.h).

Every function of the header is bound with the right number and kinds of parameters, or stands in interop-skip.txt with
the reason; nothing is bound that the header does not have.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = ROOT / "native/include/certbroker/certbroker.h"
BINDING = sorted((ROOT / "powershell/src/Interop").glob("NativeMethods*.cs"))
SKIP = pathlib.Path(__file__).with_name("interop-skip.txt")

# How a C type crosses. Handles and the rest are worked out in expected().
PLAIN = {
    "const char *": "byte[]?", "const uint8_t *": "byte[]?", "size_t": "UIntPtr", "int32_t": "int", "uint32_t": "uint",
    "uint64_t": "ulong", "certbroker_text": "IntPtr", "certbroker_text *": "out IntPtr", "int64_t *": "out long",
    "certbroker_row_fn": "IntPtr", "certbroker_entry_fn": "IntPtr", "certbroker_log_fn": "IntPtr", "certbroker_progress_fn": "IntPtr",
    "void *": "IntPtr", "certbroker_status": "int", "void": "void", "const certbroker_operation *": "ref NativeOperation",
    # Not owned, or read inside a callback: no SafeHandle.
    "const certbroker_row *": "IntPtr", "const certbroker_error *": "IntPtr",
}


def pascal(words: str) -> str:
    return "".join(word.capitalize() for word in words.split("_"))


def split_type(declaration: str) -> str:
    """The type of a parameter, written in one way."""
    kind = re.sub(r"\w+$", "", declaration.strip()).strip()
    stars = kind.count("*")
    return kind.replace("*", "").strip() + (" " + "*" * stars if stars else "")


def expected(kind: str, returned: bool, free: bool) -> str:
    handle = re.fullmatch(r"(?:const )?certbroker_(\w+) (\*+)", kind)
    if kind in PLAIN:
        plain = PLAIN[kind]
        return "IntPtr" if returned and plain == "byte[]?" else plain
    if handle and handle[2] == "**":
        return f"out {pascal(handle[1])}Handle"
    if handle:
        return "IntPtr" if returned or free else f"{pascal(handle[1])}Handle"
    raise SystemExit(f"check-binding.py does not know the C type '{kind}': add it to PLAIN")


def header() -> dict[str, list[str]]:
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
    functions = {}
    for result, name, parameters in re.findall(r"^CERTBROKER_API\([^)]*\)\s+(.*?)CERTBROKER_CALL\s+(certbroker_\w+)\((.*?)\);", text, re.M | re.S):
        free = name.endswith(("_free", "_close"))
        kinds = [] if parameters.strip() == "void" else [split_type(item) for item in parameters.split(",")]
        stars = result.count("*")
        result = result.replace("*", "").strip() + (" " + "*" * stars if stars else "")
        functions[name] = [expected(result, True, False)] + [expected(kind, False, free) for kind in kinds]
    return functions


def binding() -> dict[str, list[str]]:
    functions = {}
    for path in BINDING:
        for attribute, name, result, parameters in re.findall(
                r'\[DllImport\(Library,([^\]]*?)EntryPoint = "(certbroker_\w+)"\)\]\s+internal static extern (\S+) \w+\((.*?)\);',
                path.read_text(), re.S):
            if "CallingConvention.Cdecl" not in attribute or "ExactSpelling = true" not in attribute:
                print(f"{path.name}: {name} is not Cdecl with ExactSpelling")
            if name in functions:
                print(f"{path.name}: {name} is bound twice")
            kinds = [re.sub(r"\s+@?\w+$", "", " ".join(item.split())) for item in parameters.split(",") if item.strip()]
            functions[name] = [result] + kinds
    return functions


def main() -> int:
    skipped = {line.split()[0] for line in SKIP.read_text().splitlines() if line.strip() and not line.startswith("#")} if SKIP.exists() else set()
    native, managed = header(), binding()
    problems = []
    problems += [f"{name} is not bound, and not in {SKIP.name}" for name in native if name not in managed and name not in skipped]
    problems += [f"{name} is bound, but the header has no such function" for name in managed if name not in native]
    problems += [f"{name} stands in {SKIP.name}, but is bound or not in the header" for name in sorted(skipped) if name in managed or name not in native]
    for name, kinds in native.items():
        if name in managed and managed[name] != kinds:
            problems.append(f"{name}: bound as ({', '.join(managed[name])}), the header means ({', '.join(kinds)})")
    for problem in problems:
        print(problem)
    if not problems:
        print(f"check-binding: {len(managed)} functions are bound as the header has them")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
