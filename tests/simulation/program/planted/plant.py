#!/usr/bin/env python3
"""Plants the bugs of `bugs.txt` in copies of the sources.

    plant.py ROOT BUGS OUT            writes the copies, `OUT/<source with __ for />`
    plant.py ROOT BUGS --sources      names the sources that have bugs, one a line
    plant.py ROOT BUGS --hunts        names the bugs with the guarantees under which they are to be found, one a line

BUGS has a list of the bugs, `<number> once|least|both <what it is>`, by whether the results or stores are to differ from what
exactly_once_v2 or at_least_once promises. Then it has one block a change: a line `## <number> <source>`, the lines to be replaced, a line `==`, and those in their place, which
ask `planted(<number>)` so that one program has them all. The text must stand exactly once in the source.
"""

import re
import sys
from pathlib import Path


def changes(path):
    """number, source, old and new text of each block."""
    found = []
    for block in path.read_text(encoding="utf-8").split("\n## ")[1:]:
        head, _, body = block.partition("\n")
        number, source = head.split()
        old, separator, new = body.partition("\n==\n")
        if not separator:
            sys.exit(f"{path}: bug {number} in {source} has no line ==")
        found.append((int(number), source, old.strip("\n"), new.strip("\n")))
    return found


def hunts(path):
    guarantees = {"once": ["exactly_once_v2"], "least": ["at_least_once"], "both": ["at_least_once", "exactly_once_v2"]}
    listed = re.findall(r"^(\d+) +(once|least|both) ", path.read_text(encoding="utf-8"), re.MULTILINE)
    if {int(number) for number, _ in listed} != {number for number, _, _, _ in changes(path)}:
        sys.exit(f"{path}: its list does not have the bugs of its blocks, with `once`, `least` or `both`")
    return [f"{number} {guarantee}" for number, kept in listed for guarantee in guarantees[kept]]


def planted(root, path, source):
    text = (root / source).read_text(encoding="utf-8")
    for number, at, old, new in changes(path):
        if at != source:
            continue
        if text.count(old) != 1:
            sys.exit(f"{path}: bug {number} replaces text that stands {text.count(old)} times in {source}; "
                     f"move the bug along with the code")
        text = text.replace(old, new)
    return f'#include "simulation/program/planted/planted.hpp"\nusing streams::simulation::planted;\n#line 1 "{source}"\n{text}'


def main():
    root, path = Path(sys.argv[1]), Path(sys.argv[2])
    sources = sorted({source for _, source, _, _ in changes(path)})
    if sys.argv[3] == "--sources":
        print("\n".join(sources))
        return
    listed = hunts(path)
    if sys.argv[3] == "--hunts":
        print("\n".join(listed))
        return
    out = Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    for source in sources:
        to = out / source.replace("/", "__")
        text = planted(root, path, source)
        if not to.exists() or to.read_text(encoding="utf-8") != text:
            to.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
