#!/usr/bin/env python3
"""The decisions have numbers of their own, which their titles repeat, and the index links each, in their order.

    decisions.py FOLDER"""
import pathlib
import re
import sys


def main():
    folder = pathlib.Path(sys.argv[1])
    faults, numbers = [], {}
    pages = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    for page in pages:
        name = re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", page.name)
        if not name:
            faults.append(f"{page.name}: is not called NNNN-words-of-the-title.md")
            continue
        other = numbers.setdefault(name[1], page.name)
        if other != page.name:
            faults.append(f"{page.name}: has the number of {other}")
        title = page.read_text(encoding="utf-8").splitlines()[0]
        if not title.startswith(f"# {int(name[1])}. "):
            faults.append(f"{page.name}: begins with \"{title}\", but must with \"# {int(name[1])}. \"")
    linked = re.findall(r"\]\((\d{4}-[^)]+)\)", (folder / "README.md").read_text(encoding="utf-8"))
    missing = [page.name for page in pages if page.name not in linked]
    faults += [f"README.md: does not link {name}" for name in missing]
    if not missing and linked != [page.name for page in pages]:
        faults.append("README.md: links decisions out of order, twice, or that do not exist")
    print("\n".join(faults) or f"{len(pages)} decisions")
    sys.exit(bool(faults))


main()
