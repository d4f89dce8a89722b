#!/usr/bin/env python3
"""Writes a test that calls every function of certbroker.h with each parameter wrong in turn: NULL, a freed handle, a handle of
another type, a number that is no handle, invalid UTF-8, sizes without bytes, unknown numbers. The others are right.
usage: make_misuse.py certbroker.h out.cpp"""
import re
import sys

header = re.sub(r"/\*.*?\*/", "", open(sys.argv[1], encoding="utf-8").read(), flags=re.S)
functions = re.findall(r"CERTBROKER_API\(\d+, \d+\)\s*([^;()]*?)CERTBROKER_CALL (certbroker_\w+)\(([^;]*?)\);", header)
NOUNS = ["context", "error", "buffer", "secret", "cancel", "settings", "request", "key", "csr", "certificate", "chain", "provider", "issue", "store", "entry", "row"]


def split(parameters):
    if parameters.strip() == "void":
        return []
    out = []
    for p in parameters.split(","):
        match = re.match(r"\s*(.*?)\s*(\**)\s*(\w+)\s*$", p, re.S)
        out.append((match.group(1).replace("const ", "").strip() + match.group(2), match.group(3)))
    return out


def noun(kind):
    match = re.match(r"certbroker_(\w+)\*$", kind)
    return match.group(1) if match and match.group(1) in NOUNS else None


def good(kind, name):
    if noun(kind):
        return f"fixture.{noun(kind)}"
    if kind == "certbroker_operation*":
        return "&fixture.operation"
    if kind.endswith("**"):
        return f"&out_{name}"
    if kind == "certbroker_text*":
        return "&text"
    if kind == "int64_t*":
        return "&number"
    if kind == "char*":
        return f'fixture.text("{name}")'
    if kind == "uint8_t*":
        return "fixture.bytes.data()"
    if kind == "uint32_t":
        return "1"
    if kind == "size_t":
        return "0" if name == "index" else "fixture.bytes.size()"
    if kind == "int32_t":
        return {"by": "CERTBROKER_FIND_ALL", "reason": "0", "encoding": "CERTBROKER_ENCODING_PEM", "field": "5"}.get(name, "CERTBROKER_P_SUBJECT")
    if kind == "certbroker_status":
        return "0"
    if kind == "certbroker_row_fn":
        return "no_row"
    if kind == "certbroker_entry_fn":
        return "no_entry"
    return "nullptr"


def wrong(kind, name):
    """(value, whether E_HANDLE must come, text)"""
    if noun(kind):
        n = noun(kind)
        optional = name.endswith("_or_null") or n == "settings" or name == "cancel"
        values = [(f"fixture.freed<certbroker_{n}>()", True, "freed"), (f"fixture.foreign<certbroker_{n}>()", True, "of another type"), (f"fixture.made_up<certbroker_{n}>()", True, "made up")]
        return values + ([] if optional and n != "settings" else [("nullptr", n != "settings", "NULL")])
    if kind == "certbroker_operation*":
        return [("&fixture.sizeless", False, "without size"), ("&fixture.bad_cancel", True, "with a freed cancel handle")]
    if kind.endswith("**") or kind in ("certbroker_text*", "int64_t*"):
        return [("nullptr", False, "NULL")]
    if kind == "char*":
        return [("nullptr", False, "NULL"), ('"\\xff\\xfe"', False, "invalid UTF-8"), ("fixture.long_text.c_str()", False, "very long")]
    if kind == "uint8_t*":
        return [("nullptr", False, "NULL with a size"), ("fixture.garbage.data()", False, "garbage")]
    if kind == "int32_t":
        return [("-1", False, "-1"), ("INT32_MAX", False, "INT32_MAX")]
    if kind == "size_t":
        return [("SIZE_MAX / 2", False, "huge")] if name == "index" else []
    if kind in ("certbroker_row_fn", "certbroker_entry_fn"):
        return [("nullptr", False, "NULL")]
    return []


lines = ["// Made by make_misuse.py from certbroker.h at build time.", '#include "misuse_fixture.hpp"', "",
         "#include <catch2/catch_test_macros.hpp>", "", "using namespace misuse;", ""]
for result, name, parameters in functions:
    params = split(parameters)
    returns_status = "certbroker_status" in result and name not in ("certbroker_error_status",)
    destroys = name.endswith(("_free", "_close"))
    lines += [f'TEST_CASE("{name} survives every wrong parameter", "[misuse]") {{', "    Fixture fixture;", "    (void)fixture;"]
    for index, (kind, pname) in enumerate(params):
        for value, handle, what in wrong(kind, pname):
            outs = [(k, n) for k, n in params if k.endswith("**")]
            block = ["    {", "        certbroker_text text = nullptr;", "        int64_t number = 0;", "        (void)text;", "        (void)number;"]
            block += [f"        {k[:-1].replace('*', ' *')}out_{n} = nullptr;" for k, n in outs]
            arguments = ", ".join(value if i == index else good(k, n) for i, (k, n) in enumerate(params))
            block.append(f'        INFO("{pname} is {what}");')
            if returns_status:
                block.append(f"        const certbroker_status status = {name}({arguments});")
                if handle:
                    block.append("        CHECK(status == CERTBROKER_E_HANDLE);")
                else:
                    block.append("        CHECK(status <= 0);")
                error = next((n for k, n in outs if k == "certbroker_error**"), None)
                if error and not (index < len(params) and params[index][1] == error):
                    block.append(f"        check_error(status, out_{error});")
                for k, n in outs:
                    if k != "certbroker_error**" and not (params[index][1] == n):
                        block.append(f"        if (status != CERTBROKER_OK) CHECK(out_{n} == nullptr);")
            elif "void" in result:
                block.append(f"        {name}({arguments});")
            else:
                block.append(f"        (void){name}({arguments});")
            for k, n in outs:
                block.append(f"        release(out_{n});")
            block.append("    }")
            lines += block
    if destroys:
        lines += [f"    {name}(fixture.{noun(params[0][0])});", f"    {name}(fixture.{noun(params[0][0])}); // twice is nothing", "    SUCCEED();"]
    elif not params:
        lines += [f"    CHECK({name}() != 0);"]
    else:
        lines += ["    SUCCEED();"]
    lines += ["}", ""]
open(sys.argv[2], "w", encoding="utf-8").write("\n".join(lines))
