#!/usr/bin/env python3
"""Every name that a document gives in the last column of its tables occurs in the public headers.

    documented_names.py DOCUMENT INCLUDE_FOLDER"""
import pathlib
import re
import sys


def main():
    document, headers = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    code = "\n".join(path.read_text() for path in headers.rglob("*.hpp"))
    known = set(re.findall(r"\w+", code))
    unknown = []
    for number, line in enumerate(document.read_text().splitlines(), start=1):
        if not line.startswith("| "):
            continue
        last = line.rstrip("| ").split(" | ")[-1]
        for span in re.findall(r"`([^`]+)`", last):
            text = re.sub(r'"[^"]*"', "", span)
            # Words of several parts are ours; single ones may be a reader's own.
            unknown += [f"{document.name}:{number}: {name}" for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text)
                        if name not in known]
    print("\n".join(unknown))
    sys.exit(1 if unknown else 0)


main()
