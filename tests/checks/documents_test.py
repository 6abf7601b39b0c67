#!/usr/bin/env python3
"""Checks that documented_paths.py, mirrored_tests.py and decisions.py find what they are there to find."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKS = Path(__file__).parent


def faults(check: str, files: dict[str, str], *arguments: str) -> str:
    """What a check prints for a tree of these files; empty where it finds nothing. `ROOT` in an argument is the tree's."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        run = subprocess.run([sys.executable, CHECKS / check, *(each.replace("ROOT", root) for each in arguments)],
                             capture_output=True, text=True)
        return "" if run.returncode == 0 else run.stdout + run.stderr


class DocumentedPaths(unittest.TestCase):
    def found(self, text: str) -> str:
        return faults("documented_paths.py", {"docs/a.md": text, "src/core/bytes.cpp": "", "docs/b.md": ""},
                      "ROOT", "docs/a.md")

    def test_paths_that_exist_pass(self):
        for text in ("`src/core/bytes.cpp`", "in `src/core`", "`src/core/`", "`src/<layer>/*.cpp`", "`src/.../bytes.cpp`",
                     '`#include "src/core/bytes.cpp"`', "[b](b.md#part)", "[far](https://example.org/src/x.cpp)"):
            self.assertEqual(self.found(text), "", text)

    def test_paths_that_do_not_are_named_with_their_line(self):
        self.assertIn("docs/a.md:2: there is no src/core/gone.cpp", self.found("\n`src/core/gone.cpp`"))
        self.assertIn("docs/a.md:4: there is no src/gone", self.found("```\n`src/x`\n```\n`src/gone`"))
        self.assertIn("there is no src/<layer>/*.hpp", self.found("`src/<layer>/*.hpp`"))
        self.assertIn("docs/a.md:1: links to c.md", self.found("[c](c.md)"))

    def test_a_pattern_without_a_document_is_a_fault(self):
        self.assertIn("no document", faults("documented_paths.py", {}, "ROOT", "docs/*.md"))


class MirroredTests(unittest.TestCase):
    def found(self, listed: str, *files: str) -> str:
        return faults("mirrored_tests.py", {"list.txt": listed} | dict.fromkeys(files, ""), "ROOT", "ROOT/list.txt")

    def test_a_source_has_its_test_at_its_place_or_elsewhere(self):
        self.assertEqual(self.found("", "src/a/b.cpp", "tests/a/b_test.cpp"), "")
        self.assertEqual(self.found("", "state/a/b.cpp", "tests/state/a/b_test.cpp"), "")
        self.assertEqual(self.found("# why\nsrc/a/b.cpp: a/c_test.cpp", "src/a/b.cpp", "tests/a/c_test.cpp"), "")

    def test_what_is_not_so_is_a_fault(self):
        self.assertIn("src/a/b.cpp: has no test tests/a/b_test.cpp", self.found("", "src/a/b.cpp"))
        self.assertIn("tests/a/c_test.cpp does not exist", self.found("src/a/b.cpp: a/c_test.cpp", "src/a/b.cpp"))
        self.assertIn("has its own test", self.found("src/a/b.cpp: a/b_test.cpp", "src/a/b.cpp", "tests/a/b_test.cpp"))
        self.assertIn("src/a/b.cpp does not exist", self.found("src/a/b.cpp: a/c_test.cpp"))
        self.assertIn("no test is named", self.found("src/a/b.cpp", "src/a/b.cpp"))


class Decisions(unittest.TestCase):
    def found(self, index: str, **pages: str) -> str:
        named = {name.replace("_", "-").removeprefix("n") + ".md": text for name, text in pages.items()}
        return faults("decisions.py", named | {"README.md": index}, "ROOT")

    def test_decisions_that_are_linked_in_order_pass(self):
        self.assertEqual(self.found("[1](0001-a.md) [3](0003-b.md)", n0001_a="# 1. A", n0003_b="# 3. B"), "")

    def test_numbers_titles_and_links_are_looked_at(self):
        self.assertIn("has the number of 0001-a.md", self.found("", n0001_a="# 1. A", n0001_b="# 1. B"))
        self.assertIn('must with "# 2. "', self.found("", n0002_a="# 1. A"))
        self.assertIn("does not link 0001-a.md", self.found("", n0001_a="# 1. A"))
        self.assertIn("out of order", self.found("[2](0002-b.md) [1](0001-a.md)", n0001_a="# 1. A", n0002_b="# 2. B"))
        self.assertIn("is not called", self.found("", notes="# Notes"))


if __name__ == "__main__":
    unittest.main()
