#!/usr/bin/env python3
"""Compiles a file that must fail, and looks for the sentences it must fail with.

Usage: expect_error.py FILE -- COMPILER [OPTION]...
FILE says them in lines `// error: <sentence>`. Where it has an `#ifdef CORRECT`, it must compile with -DCORRECT.
"""

import re
import subprocess
import sys
from pathlib import Path


def main() -> int:
    file, command = sys.argv[1], sys.argv[3:]
    text = Path(file).read_text(encoding="utf-8")
    sentences = re.findall(r"^// error: (.+?)\s*$", text, re.MULTILINE)
    if not sentences:
        sys.exit(f"{file}: has no line '// error: <sentence>'")

    wrong = subprocess.run([*command, file], capture_output=True, text=True, check=False)
    if wrong.returncode == 0:
        sys.exit(f"{file}: compiles, and should not")
    # A compiler breaks no sentence over lines, but may quote it within the source line as well: any place counts.
    missing = [s for s in sentences if s not in wrong.stderr]
    if missing:
        sys.exit(f"{file}: the compiler does not say {missing}; it says:\n{wrong.stderr[:6000]}")

    if re.search(r"^#\s*(ifdef|ifndef|if defined\()\s*CORRECT", text, re.MULTILINE):
        right = subprocess.run([*command, "-DCORRECT", file], capture_output=True, text=True, check=False)
        if right.returncode != 0:
            sys.exit(f"{file}: put right, it does not compile either:\n{right.stderr[:6000]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
