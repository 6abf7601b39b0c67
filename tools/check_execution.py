#!/usr/bin/env python3
"""Checks that threads, waits and clocks are taken from an `execution` alone (docs/adr/0024-execution.md).

Usage: check_execution.py [ROOT]. Prints one line per other use, `file:line: what`; exits 1 where there is any.
"""

import re
import sys
from pathlib import Path

FOLDERS = ("include", "src/runtime", "src/embedded", "src/testing", "state")

# An execution itself.
EXECUTIONS = {"src/testing/simulation/seeded_scheduler.cpp"}

# The identity of a thread starts none and waits for none.
FORBIDDEN = re.compile(
    r"\bstd::(?:jthread|thread(?!::id)|(?:condition_variable|timed_mutex|recursive_timed_mutex|shared_timed_mutex)\w*|async|"
    r"future|promise|packaged_task|barrier|latch|counting_semaphore|binary_semaphore)\b"
    r"|\bthis_thread::(?:sleep_for|sleep_until|yield)\b"
    r"|\bchrono::(?:system_clock|steady_clock|high_resolution_clock|file_clock|utc_clock)\b"
    r"|\b(?:pthread_create|pthread_cond_\w+|nanosleep|clock_gettime|gettimeofday)\b|(?<![\w.:>])::(?:sleep|usleep|poll|select|time)\(")

COMMENT = re.compile(r"//.*")


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    faults = []
    for path in sorted(file for folder in FOLDERS for file in (root / folder).rglob("*.[hc]pp")):
        if str(path.relative_to(root)) in EXECUTIONS:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for used in FORBIDDEN.findall(COMMENT.sub("", line)):
                faults.append(f"{path.relative_to(root)}:{number}: uses {used}; take time, waits and threads from an execution")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
