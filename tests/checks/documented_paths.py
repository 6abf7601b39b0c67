#!/usr/bin/env python3
"""Every path that a document names exists: those in backquotes that begin with a folder of the source tree, and the targets of
links within the tree. `<name>`, `*` and `...` stand for any part of a path, of which one has to be there.

    documented_paths.py ROOT DOCUMENT_PATTERN..."""
import pathlib
import re
import sys

FOLDERS = "src|state|include|tests|tools|docs|examples|bench|cmake"
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
PATH = re.compile(rf"(?<![\w./<>*-])(?:{FOLDERS})/[\w./<>*-]*")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def without_blocks(text):
    """The text without its fenced blocks, every line where it was."""
    return FENCED.sub(lambda block: "\n" * block[0].count("\n"), text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def named(text):
    """Line and path of all that is named from the root of the tree."""
    for span in SPAN.finditer(text):
        for path in PATH.finditer(span[1]):
            yield line_of(text, span.start()), path[0].rstrip(".")


def exists(root, path):
    pattern = re.sub(r"<[^>]*>|\.\.\.", "*", path).rstrip("/")
    return any(True for _ in root.glob(pattern)) if "*" in pattern else (root / pattern).exists()


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    documents = sorted({path for pattern in sys.argv[2:] for path in root.glob(pattern)})
    if not documents:
        sys.exit("no document matches " + " ".join(sys.argv[2:]))
    faults, count = [], 0
    for document in documents:
        text = without_blocks(document.read_text(encoding="utf-8"))
        place = document.relative_to(root)
        for line, path in named(text):
            count += 1
            if not exists(root, path):
                faults.append(f"{place}:{line}: there is no {path}")
        for link in LINK.finditer(text):
            if "://" in link[1] or link[1].startswith("mailto:"):
                continue
            count += 1
            if not (document.parent / link[1]).exists():
                faults.append(f"{place}:{line_of(text, link.start())}: links to {link[1]}, which does not exist")
    print("\n".join(faults) or f"{count} paths in {len(documents)} documents, all of them there")
    sys.exit(bool(faults))


main()
