#!/usr/bin/env python3
"""Checks that numbers of bytes that decide about memory stand in src/core/memory_limits.hpp (docs/adr/0027-memory-budget.md).

Usage: check_memory.py [ROOT]. Prints one line per other one, `file:line: what`; exits 1 where there is any.
"""

import re
import sys
from pathlib import Path

FOLDERS = ("include", "src", "state")

# The table itself and the settings of users, which have defaults of their own; and the embedded cluster, whose logs are a
# broker's memory, not an application's.
FREE = re.compile(r"src/core/memory_limits\.hpp|include/streams/core/config\.hpp|src/embedded/.*")

COMMENT = re.compile(r"//.*")
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')

# A power of two as memory is counted in: 8 << 20, 4 * 1024, 1'048'576.
POWER = re.compile(r"<<\s*(?:10|20|30)\b|\*\s*1'?024\b|\b1'?024\s*\*|\b(?:65'?536|1'?048'?576|1'?073'?741'?824)\b")
# A name that says memory, and a number of a thousand or more that it is given, held against or passed with.
NAMED = re.compile(r"(?i)(?:bytes|memory(?!_order)|buffer|cache|capacity|kept|block|chunk|arena)")
NUMBER = re.compile(r"(?<![\w.'])(?:\d{4,}|\d{1,3}(?:'\d{3})+)(?:u|z|uz|l|ul)?(?![\w.'])", re.IGNORECASE)
# The same among the settings of a client, which are text. A topic's segments are files of the broker.
SETTING = re.compile(r'"(?!segment\.)[\w.]*(?:bytes|kbytes|size|memory)[\w.]*"[^"]*"\d+"')


def deciding(line: str) -> str | None:
    """The number of the line that decides about memory, or None."""
    if found := SETTING.search(line):
        return found[0]
    code = TEXT.sub('""', COMMENT.sub("", line))
    if found := POWER.search(code):
        return found[0]
    found = NUMBER.search(code)
    return found[0] if found and NAMED.search(code) else None


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    faults = []
    for path in sorted(file for folder in FOLDERS for file in (root / folder).rglob("*.[hc]pp")):
        name = str(path.relative_to(root))
        if FREE.fullmatch(name):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if found := deciding(line):
                faults.append(f"{name}:{number}: decides about memory by {found}; give it a name and a reason in "
                              "src/core/memory_limits.hpp")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
