#!/usr/bin/env python3
"""Checks that tests mirror the code: `src/a/b.cpp` has its test in `tests/a/b_test.cpp`, `state/b.cpp` in
`tests/state/b_test.cpp`, or a line in the list of those that are tested elsewhere: `source: tests`, each named from tests/. A
line without need is a fault.

    mirrored_tests.py ROOT LIST"""
import pathlib
import sys


def mirror_of(source):
    """The test at the same place, named from the root."""
    parts = source.with_suffix("").parts
    inside = parts[1:] if parts[0] == "src" else parts
    return pathlib.Path("tests", *inside[:-1], inside[-1] + "_test.cpp")


def main():
    root, listed = map(pathlib.Path, sys.argv[1:3])
    elsewhere = {}
    for number, line in enumerate(listed.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        source, _, test = line.partition(": ")
        if not test:
            sys.exit(f"{listed}:{number}: no test is named behind {source}")
        elsewhere[source] = (number, test)

    faults = []
    sources = sorted(path.relative_to(root) for folder in ("src", "state") for path in (root / folder).rglob("*.cpp"))
    for source in sources:
        mirror = mirror_of(source)
        mirrored = (root / mirror).exists()
        number, test = elsewhere.pop(str(source), (None, None))
        if test is None:
            if not mirrored:
                faults.append(f"{source}: has no test {mirror}; write it, or say in {listed.name} where it is tested")
        elif mirrored:
            faults.append(f"{listed.name}:{number}: {source} has its own test {mirror}; take the line out")
        else:
            for name in test.split(" "):
                if not (root / "tests" / name).exists():
                    faults.append(f"{listed.name}:{number}: tests/{name} does not exist")
    faults += [f"{listed.name}:{number}: {source} does not exist" for source, (number, _) in elsewhere.items()]
    print("\n".join(faults) or f"{len(sources)} sources, each with its test")
    sys.exit(bool(faults))


main()
