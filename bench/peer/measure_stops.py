#!/usr/bin/env python3
"""Measures for how long partitions stand still when instances come, go and die, against a real broker. See README.md."""
import argparse
import os
import shutil
import subprocess
import tempfile
import threading
import time

import measure

WARMUP_S = 12
SETTLED_S = 8


class Feed:
    """Feeds the input at a fixed rate, and hears of every time that a partition of the output stood still."""

    def __init__(self, bootstrap, name, rate, seconds):
        self.stops = []
        self.process = subprocess.Popen([measure.HARNESS, "stops", bootstrap, name, str(rate), str(seconds)],
                                        stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            ended_ms, partition, still_ms = map(int, line.split())
            self.stops.append((ended_ms / 1000, partition, still_ms))

    def longest(self, since, until):
        """Milliseconds by partition, of the stops that ended in between."""
        longest = {}
        for ended, partition, still in self.stops:
            if since <= ended <= until:
                longest[partition] = max(longest.get(partition, 0), still)
        return longest


class Group:
    def __init__(self, args, command, name, root, log):
        self.args, self.command, self.name, self.root, self.log = args, command, name, root, log
        self.members = {}

    def start(self, member):
        options = [f"name={self.name}", "threads=1", f"guarantee={self.args.guarantee}",
                   f"commit_ms={self.args.commit_ms}", *self.args.set]
        state = os.path.join(self.root, member)
        os.makedirs(state, exist_ok=True)
        self.members[member] = measure.Program(
            self.command, ["stateless", self.args.bootstrap, self.name + "-app", state, *options], self.log)

    def stop(self, member):
        self.members.pop(member).stop()

    def kill(self, member):
        process = self.members.pop(member).process
        process.kill()
        process.wait()


def scenarios(session_s):
    """Name, what is done, and for how many seconds stops are looked for."""
    def restart(group):
        group.stop("b")
        group.start("b")

    def kill_and_start(group):
        group.kill("b")
        group.start("b")

    return [
        ("nothing happens", lambda group: None, SETTLED_S),
        ("one more instance", lambda group: group.start("c"), SETTLED_S),
        ("one instance less", lambda group: group.stop("c"), SETTLED_S),
        ("planned restart", restart, SETTLED_S),
        ("kill -9, started again at once", kill_and_start, session_s + SETTLED_S),
        ("kill -9, not started again", lambda group: group.kill("b"), session_s + SETTLED_S),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--command", required=True, help="the program to measure, as measure.py starts it; "
                        "kafka-streams means the Java peer")
    parser.add_argument("--guarantee", default="at_least_once", choices=["at_least_once", "exactly_once_v2"])
    parser.add_argument("--commit-ms", type=int, default=100)
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--session-s", type=int, default=45, help="session.timeout.ms of the program, in seconds")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    args = parser.parse_args()
    command = measure.KAFKA_STREAMS if args.command == "kafka-streams" else args.command
    name = f"stops-{int(time.time()):x}"
    plan = scenarios(args.session_s)
    root = tempfile.mkdtemp(prefix="stops-")
    measure.harness("load", args.bootstrap, "stateless", name, 0, args.partitions, 100_000, "uniform")
    try:
        with open(os.path.join(root, "log"), "a") as log:
            group = Group(args, command, name, root, log)
            group.start("a")
            group.start("b")
            feed = Feed(args.bootstrap, name, args.rate, 2 * WARMUP_S + sum(seconds for _, _, seconds in plan) + 40)
            time.sleep(WARMUP_S)
            for label, act, seconds in plan:
                since = time.monotonic()
                act(group)
                time.sleep(seconds)
                longest = feed.longest(since, time.monotonic())
                print(f"{label:34} longest {max(longest.values(), default=0):6} ms, by partition {longest}", flush=True)
            feed.process.kill()
            feed.process.wait()
            for member in list(group.members):
                group.stop(member)
    finally:
        measure.harness("drop", args.bootstrap, name)
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
