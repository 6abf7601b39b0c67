#!/usr/bin/env python3
"""Checks that check_execution.py finds what it is there to find. Usage: check_execution_test.py ROOT"""

import sys
import unittest
from pathlib import Path

import checked_tree

ROOT = Path(sys.argv.pop(1))


def faults(line: str, place: str = "src/runtime/a.cpp") -> str:
    """What check_execution.py prints for a tree whose only file has this line."""
    return checked_tree.faults(ROOT / "tools/check_execution.py", {place: "\n" + line + "\n"})


class CheckExecution(unittest.TestCase):
    def test_threads_waits_and_clocks_are_found(self):
        for line in ("std::thread worker;", "std::jthread worker;", "std::condition_variable changed_;",
                     "std::condition_variable_any changed_;", "std::timed_mutex mutex_;",
                     "std::this_thread::sleep_for(1s);", "auto now = std::chrono::steady_clock::now();",
                     "std::chrono::system_clock::time_point at;", "::poll(&wanted, 1, 100);", "auto f = std::async(g);"):
            self.assertIn("src/runtime/a.cpp:2: uses ", faults(line), line)
        for place in ("src/embedded/a.hpp", "src/testing/a.cpp", "state/a.hpp", "include/streams/core/a.hpp"):
            self.assertIn(f"{place}:2: uses ", faults("std::thread worker;", place))

    def test_what_neither_waits_nor_tells_the_time_passes(self):
        for line in ("std::mutex mutex_;", "std::thread::id telling_ = std::this_thread::get_id();",
                     "// a `std::condition_variable` of this execution", "auto now = system_clock().wall_ms();",
                     "consumer_->poll(wait, most);", "std::chrono::milliseconds span;"):
            self.assertEqual(faults(line), "", line)

    def test_the_machine_and_the_cluster_client_are_free(self):
        for place in ("src/core/machine.cpp", "src/kafka/a.cpp", "tests/runtime/a.cpp"):
            self.assertEqual(faults("std::thread worker;", place), "")


if __name__ == "__main__":
    unittest.main()
