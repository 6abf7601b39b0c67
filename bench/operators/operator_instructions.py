#!/usr/bin/env python3
"""Counts the instructions that each operator needs for a record, by callgrind, and compares them with the table in
docs/performance.md: a rise of more than 5 % fails. Times vary between machines and minutes, instructions do not.

    operator_instructions.py OPERATORS_RUN [--update] [OPERATOR ...]

--update writes what was counted into the table instead."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

TABLE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "performance.md"
ROW = re.compile(r"^\| `(\w+)` \| ([\d,]+) \|$", re.MULTILINE)
FEW, MANY = 20_000, 60_000  # the difference of two runs is free of what starting costs
ALLOWED = 1.05
# Every processor gets the plainest memcpy and memcmp of the C library, or the counts would be those of one machine.
PLAIN = "glibc.cpu.hwcaps=" + ",".join("-" + each for each in (
    "AVX", "AVX2", "AVX512F", "AVX512VL", "AVX_Fast_Unaligned_Load", "BMI2", "ERMS", "FSRM", "MOVBE", "SSE4_1", "SSE4_2",
    "SSSE3"))


def total(program, operator, records):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, operator,
                           str(records)], env={**os.environ, "GLIBC_TUNABLES": PLAIN}, stderr=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, text=True, timeout=600)
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert done.returncode == 0 and found, f"{operator} did not run:\n{done.stderr[-2000:]}"
    return int(found[1])


def per_record(program, operator):
    return round((total(program, operator, MANY) - total(program, operator, FEW)) / (MANY - FEW))


def main():
    program, *rest = sys.argv[1:]
    update = "--update" in rest
    usage = subprocess.run([program], stderr=subprocess.PIPE, text=True).stderr
    wanted = [each for each in rest if each != "--update"] or usage.split("operators:")[1].split()
    text = TABLE.read_text()
    known = {name: int(count.replace(",", "")) for name, count in ROW.findall(text)}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = dict(zip(wanted, pool.map(lambda operator: per_record(program, operator), wanted)))
    failed = []
    for operator, now in counted.items():
        before = known.get(operator)
        print(f"{operator}: {now} instructions a record" + (f", {now / before - 1:+.1%}" if before else ""), flush=True)
        if before is None:
            failed.append(f"{operator} is not in {TABLE.name}")
        elif now > before * ALLOWED:
            failed.append(f"{operator} needs {now} instructions a record where {TABLE.name} says {before}")
    if update:
        known.update(counted)
        rows = "\n".join(f"| `{name}` | {count:,} |" for name, count in known.items())
        header = "| operator | instructions a record |\n| --- | ---: |\n"
        start = text.index(header) + len(header)
        end = re.compile(r"(\| `\w+` \| [\d,]+ \|\n)*").match(text, start).end()
        TABLE.write_text(text[:start] + rows + "\n" + text[end:])
    elif failed:
        sys.exit("; ".join(failed) + "; make it cheaper, or write down why it costs more and run with --update")


main()
