#!/usr/bin/env python3
"""Compiles one file and holds its cost against limits: CPU seconds and peak memory of the compiler.

Usage: compile_cost.py --seconds S --megabytes M FILE -- COMPILER [OPTION]...
The best of eight runs counts: other work on the machine only ever adds.
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
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--megabytes", type=float, required=True)
    parser.add_argument("file")
    options = parser.parse_args(sys.argv[1:split])

    with tempfile.TemporaryDirectory() as folder:
        command = [*sys.argv[split + 1:], "-x", "c++", "-c", options.file, "-o", f"{folder}/service.o"]
        runs = []
        for _ in range(8):
            runs.append(compile_once(command))
            if runs[-1][0] <= options.seconds:
                break
    seconds, megabytes = min(s for s, _ in runs), max(m for _, m in runs)
    print(f"{seconds:.1f} s (limit {options.seconds:g}), {megabytes:.0f} MB (limit {options.megabytes:g})")
    return 0 if seconds <= options.seconds and megabytes <= options.megabytes else 1


if __name__ == "__main__":
    sys.exit(main())
