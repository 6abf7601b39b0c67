#!/usr/bin/env python3
"""An example's --demo ends by itself, without an error and without a word on standard error, having printed what the README
shows: each record, and below it what it led to, of different keys in whatever order.

    demo_test.py PROGRAM README"""
import pathlib
import subprocess
import sys

import documented


def steps(printed):
    """Each record that went in, with what came out."""
    found = []
    for line in printed.splitlines():
        if line.startswith("in "):
            found.append((line, []))
        else:
            found[-1][1].append(line)
    return [(line, sorted(results)) for line, results in found]


program, readme = map(pathlib.Path, sys.argv[1:3])
shown = documented.examples(readme)[program.name].demo
done = subprocess.run([program, "--demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=100)
assert done.returncode == 0, f"exit code {done.returncode}: {done.stderr}"
assert done.stderr == "", done.stderr
assert steps(done.stdout) == steps(shown), f"printed:\n{done.stdout}\n{readme} shows:\n{shown}"
