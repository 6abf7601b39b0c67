#!/usr/bin/env python3
"""Plants the bugs of `bugs.txt` in copies of the sources.

    plant.py ROOT BUGS OUT            writes the copies, `OUT/<source with __ for />`
    plant.py ROOT BUGS --sources      names the sources that have bugs, one a line
    plant.py ROOT BUGS --numbers      names the bugs, one a line

BUGS has one block a change: a line `## <number> <source>`, the lines to be replaced, a line `==`, and those in their place, which
ask `planted(<number>)` so that one program has them all. The text must stand exactly once in the source.
"""

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
    if sys.argv[3] == "--numbers":
        print("\n".join(str(number) for number in sorted({number for number, _, _, _ in changes(path)})))
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
