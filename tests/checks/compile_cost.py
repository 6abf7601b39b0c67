#!/usr/bin/env python3
"""Holds what a file costs to compile against limits: CPU time, as a multiple of what a reference costs beside it, and
peak memory of the compiler.

Usage: compile_cost.py --ratio R --megabytes M REFERENCE FILE -- COMPILER [OPTION]...
Both are compiled in turns, up to six times, and the least of each counts: other work on the machine only ever adds, and
adds to both.
"""

import argparse
import os
import subprocess
import sys
import tempfile


def compile_once(command: list[str]) -> tuple[float, float]:
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"compile_cost: the compiler failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> int:
    split = sys.argv.index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("--ratio", type=float, required=True)
    parser.add_argument("--megabytes", type=float, required=True)
    parser.add_argument("reference")
    parser.add_argument("file")
    options = parser.parse_args(sys.argv[1:split])

    reference = seconds = float("inf")
    megabytes = 0.0
    with tempfile.TemporaryDirectory() as folder:
        command = [*sys.argv[split + 1:], "-x", "c++", "-c", "-o", f"{folder}/object.o"]
        for _ in range(6):
            reference = min(reference, compile_once([*command, options.reference])[0])
            once, memory = compile_once([*command, options.file])
            seconds, megabytes = min(seconds, once), max(megabytes, memory)
            if seconds <= options.ratio * reference:
                break
    ratio = seconds / reference
    print(f"{seconds:.1f} s, {ratio:.2f} times the reference (limit {options.ratio:g}), "
          f"{megabytes:.0f} MB (limit {options.megabytes:g})")
    return 0 if ratio <= options.ratio and megabytes <= options.megabytes else 1


if __name__ == "__main__":
    sys.exit(main())
