#!/usr/bin/env python3
"""Checks that check_memory.py finds what it is there to find. Usage: check_memory_test.py ROOT"""

import sys
import unittest
from pathlib import Path

import checked_tree

ROOT = Path(sys.argv.pop(1))


def faults(line: str, place: str = "state/a.cpp") -> str:
    """What check_memory.py prints for a tree whose only file has this line."""
    return checked_tree.faults(ROOT / "tools/check_memory.py", {place: "\n" + line + "\n"})


class CheckMemory(unittest.TestCase):
    def test_numbers_that_decide_about_memory_are_found(self):
        for line in ("constexpr std::size_t limit = 8 << 20;", "constexpr std::size_t clean_state = 64 << 20;",
                     "constexpr std::size_t most = 32 * 1024 * 1024;", "options.max_file = 4 << 20;",
                     "constexpr std::size_t kept_updates = 32'768;", "constexpr std::size_t queue_bytes = 16000000;",
                     "if (buffer.capacity() > 4'096) buffer = {};", "cache.resize(1'048'576);",
                     "std::size_t memory_bytes = 2000u;", 'settings["queue.buffering.max.kbytes"] = "32768";',
                     'settings["batch.size"] = "1000000";', "auto at_least = std::size_t{1} << 30;"):
            self.assertIn("state/a.cpp:2: decides about memory by ", faults(line), line)
        for place in ("src/runtime/a.hpp", "src/kafka/a.cpp", "src/json/a.cpp", "include/streams/dsl/a.hpp"):
            self.assertIn(f"{place}:2: ", faults("constexpr std::size_t limit = 8 << 20;", place))

    def test_numbers_of_other_things_pass(self):
        for line in ("constexpr std::size_t longest_round = 1024;", "constexpr std::size_t most_polled = 1000; // records",
                     "constexpr std::size_t timestamp_bytes = 8;", "const auto bits = hash << 12;",
                     "// at 8 << 20 a cache is large enough", "constexpr std::size_t hot = memory::hot_tiers;",
                     'throw error("a value of 16777216 bytes");', "std::chrono::milliseconds commit_interval{30'000};",
                     "now_us.store(now * 1000, std::memory_order_relaxed);", 'settings["linger.ms"] = "5000";', '{"segment.bytes", "52428800"}'):
            self.assertEqual(faults(line), "", line)

    def test_the_table_the_settings_and_the_broker_of_tests_are_free(self):
        for place in ("src/core/memory_limits.hpp", "include/streams/core/config.hpp", "src/embedded/a.cpp",
                      "tests/state/a.cpp", "bench/a.cpp"):
            self.assertEqual(faults("constexpr std::size_t limit = 8 << 20;", place), "")


if __name__ == "__main__":
    unittest.main()
