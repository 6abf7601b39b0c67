#!/usr/bin/env python3
"""Checks that check_layers.py finds what it is there to find. Usage: check_layers_test.py ROOT"""

import sys
import unittest
from pathlib import Path

import checked_tree

ROOT = Path(sys.argv.pop(1))


def faults(files: dict[str, str]) -> str:
    """What check_layers.py prints for a tree of these files."""
    return checked_tree.faults(ROOT / "tools/check_layers.py", {"include/streams/streams.hpp": "", **files})


class CheckLayers(unittest.TestCase):
    def test_an_allowed_include_passes(self):
        self.assertEqual(faults({
            "include/streams/streams.hpp": "#include <streams/serde/b.hpp>\n",
            "include/streams/core/a.hpp": "#include <string>\n",
            "include/streams/serde/b.hpp": "#include <streams/core/a.hpp>\n",
        }).strip(), "")

    def test_the_dsl_never_includes_the_runtime(self):
        self.assertIn("dsl/detail/b.hpp:1: dsl includes streams/runtime/a.hpp", faults({
            "include/streams/runtime/a.hpp": "",
            "include/streams/dsl/detail/b.hpp": "#include <streams/runtime/a.hpp>\n",
        }))

    def test_the_runtime_sees_of_kafka_only_the_seam(self):
        text = faults({
            "src/kafka/client.hpp": "", "src/kafka/rdkafka_consumer.hpp": "",
            "src/runtime/a.cpp": '#include "src/kafka/client.hpp"\n#include "src/kafka/rdkafka_consumer.hpp"\n',
        })
        self.assertNotIn("a.cpp:1", text)
        self.assertIn("src/runtime/a.cpp:2", text)

    def test_a_public_header_includes_no_rocksdb_and_no_internal_header(self):
        text = faults({
            "state/a.hpp": "",
            "include/streams/state/b.hpp": '#include <rocksdb/db.h>\n#include "state/a.hpp"\n',
        })
        self.assertIn("b.hpp:1: includes rocksdb/db.h", text)
        self.assertIn("b.hpp:2: a public header includes state/a.hpp", text)

    def test_only_the_kafka_folder_sees_librdkafka(self):
        self.assertIn("src/runtime/a.cpp:1", faults({"src/runtime/a.cpp": "#include <librdkafka/rdkafka.h>\n"}))

    def test_a_relative_include_is_seen(self):
        self.assertIn("state/a.cpp:1", faults({
            "src/runtime/tasks/task.hpp": "",
            "state/a.cpp": '#include "../src/runtime/task.hpp"\n',
        }))

    def test_a_header_that_the_umbrella_forgot_is_named(self):
        self.assertIn("does not bring include/streams/core/a.hpp", faults({"include/streams/core/a.hpp": ""}))


if __name__ == "__main__":
    unittest.main()
