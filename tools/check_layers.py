#!/usr/bin/env python3
"""Checks who includes whom: the layers of docs/architecture.md, and that the umbrella header is complete.

Usage: check_layers.py [ROOT]. Prints one line per forbidden include, `file:line: what, why`; exits 1 where there is any.
"""

import os
import re
import sys
from pathlib import Path

# A layer is a folder. Public headers are named by their folder under include/streams, the rest by their path.
# A layer may always include itself.
ALLOWED = {
    "core": set(),
    "serde": {"core"},
    "state": {"core", "serde"},
    "topology": {"core", "serde", "state"},
    "dsl": {"core", "serde", "state", "topology"},
    "metrics": {"core"},
    "runtime": {"core", "metrics", "state", "topology"},
    "testing": {"core", "serde", "state", "topology", "runtime"},
    "json": {"core", "serde"},
    "src/core": {"core"},
    "src/serde": {"core", "serde"},
    "src/topology": {"core", "state", "topology", "state/", "src/kafka/client.hpp"},
    "src/dsl": {"core", "serde", "state", "topology", "dsl"},
    "src/kafka": {"core", "src/core"},
    "src/embedded": {"core", "src/kafka/client.hpp"},
    "src/metrics": {"core", "metrics"},
    "src/runtime": {"core", "src/core", "metrics", "src/metrics", "state", "topology", "runtime", "state/", "src/topology",
                    "src/kafka/client.hpp"},
    # Above runtime, which only makes one through the seam.
    "src/server": {"core", "src/core", "metrics", "runtime", "src/runtime/application/instance_server.hpp"},
    "src/testing": {"core", "serde", "state", "topology", "runtime", "testing", "state/", "src/topology", "src/runtime",
                    "src/embedded", "src/kafka/client.hpp"},
    "src/json": {"core", "serde", "json", "src/core/log_time.hpp", "src/core/memory_limits.hpp"},
    # Stores hold most of the memory that the budget hands out.
    "state/": {"core", "serde", "state", "src/core/first_failure.hpp", "src/core/memory_budget.hpp",
               "src/core/memory_limits.hpp"},
}

# Other libraries' headers: their prefix, and the files that may include them.
THIRD_PARTY = {
    "librdkafka/": re.compile(r"src/kafka/"),
    "rocksdb/": re.compile(r"state/disk/rocksdb_[^/]*$"),
    "absl/": re.compile(r"(src|state)/"),
    "range/v3/": re.compile(r"(include/streams/(dsl|state|testing)|src|state)/"),
    "httplib.h": re.compile(r"src/server/http_listener\.cpp$"),
    "simdjson": re.compile(r"(include/streams/json|src/json)/"),
    "catch2/": re.compile(r"tests/"),
    "CLI/": re.compile(r"examples/"),
}

# Public headers that a program includes by themselves, not through the umbrella.
NOT_IN_UMBRELLA = re.compile(r"include/streams/(json|testing)/|/detail/")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def layer_of(path: str) -> str | None:
    """The layer that a file, named from the root, belongs to; None for the umbrella and fwd.hpp."""
    parts = path.split("/")
    if path.startswith("include/streams/"):
        return parts[2] if len(parts) > 3 else None
    if parts[0] == "src":
        return "/".join(parts[:2])
    if parts[0] == "state":
        return "state/"
    return None


def includes(root: Path, path: str):
    for number, line in enumerate((root / path).read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1], match[2]


def resolve(root: Path, path: str, quote: str, name: str) -> str | None:
    """The project's file that an include means, named from the root; None for anybody else's."""
    candidates = [f"include/{name}"]
    if quote == '"':
        candidates += [name, f"{Path(path).parent}/{name}"]
    return next((c for c in map(os.path.normpath, candidates) if (root / c).is_file()), None)


def check_file(root: Path, path: str) -> list[str]:
    layer = layer_of(path)
    faults = []
    for number, quote, name in includes(root, path):
        place = f"{path}:{number}"
        for prefix, users in THIRD_PARTY.items():
            if name.startswith(prefix) and not users.match(path):
                faults.append(f"{place}: includes {name}, which only files matching '{users.pattern}' may")
        if name == "range/v3/all.hpp":
            faults.append(f"{place}: includes {name}, which costs every user half a second; name the granular header")
        target = resolve(root, path, quote, name)
        if target is None:
            if quote == '"' or name.startswith("streams/"):
                faults.append(f"{place}: includes {name}, which does not exist")
            continue
        if path.startswith("include/") and not target.startswith("include/"):
            faults.append(f"{place}: a public header includes {name}, which is not installed")
            continue
        if target == "include/streams/streams.hpp" and layer is not None:
            faults.append(f"{place}: includes the umbrella, which is for programs; name the header that is needed")
            continue
        other = layer_of(target)
        if layer is None or other is None or other == layer:
            continue
        if other not in ALLOWED[layer] and target not in ALLOWED[layer]:
            allowed = ", ".join(sorted(ALLOWED[layer])) or "nothing but itself"
            faults.append(f"{place}: {layer} includes {name}; it may include {allowed}")
    return faults


def check_umbrella(root: Path, headers: list[str]) -> list[str]:
    umbrella = "include/streams/streams.hpp"
    if not (root / umbrella).is_file():
        return [f"{umbrella}: is missing"]
    reached, open_files = set(), [umbrella]
    while open_files:
        path = open_files.pop()
        if path in reached:
            continue
        reached.add(path)
        targets = (resolve(root, path, quote, name) for _, quote, name in includes(root, path))
        open_files += [t for t in targets if t]
    return [f"{umbrella}: does not bring {header}" for header in headers
            if header not in reached and not NOT_IN_UMBRELLA.search(header)]


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    files = sorted(str(f.relative_to(root)) for folder in ("include", "src", "state")
                   for f in (root / folder).rglob("*.[hc]pp"))
    faults = [f"{f}: belongs to no layer; add its folder to ALLOWED" for f in files
              if layer_of(f) is not None and layer_of(f) not in ALLOWED]
    faults += [fault for f in files if layer_of(f) is None or layer_of(f) in ALLOWED for fault in check_file(root, f)]
    faults += check_umbrella(root, [f for f in files if f.startswith("include/")])
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
