#!/usr/bin/env python3
"""Stops one program half way and has another go on with the same application id, against a real broker. See README.md.

The input is written in two halves. Kafka Streams alone, Kafka Streams and then the program, the program and then Kafka Streams: each
way must end with the same output and the same committed offsets with the same metadata. Exits with 1 where one does not."""
import argparse
import json
import pathlib
import shlex
import shutil
import sys
import tempfile
import time

import measure
from measure import harness

WORKLOADS = ["count", "count-nocache", "enrich", "fraud", "join"]


class Takeover:
    def __init__(self, args, workload, name, log):
        self.args, self.workload, self.name, self.log = args, workload, name, log
        self.dist = "uniform" if workload == "join" else "zipf"
        self.inputs = measure.inputs(workload, name)

    def run(self, first, second):
        """The first half by one program, the second by another; what the broker has at the end."""
        states = {each: tempfile.mkdtemp(prefix="take-over-", dir=self.args.state_root) for each in {first, second}}
        try:
            harness("create", self.args.bootstrap, self.workload, self.name, self.args.partitions)
            middle = self.args.records // 2
            for command, begin, end in [(first, 0, middle), (second, middle, self.args.records)]:
                harness("feed", self.args.bootstrap, self.workload, self.name, begin, end, self.args.keys, self.dist)
                self.until_done(command, states[command])
            return self.outcome()
        finally:
            harness("drop", self.args.bootstrap, self.name)
            for state in states.values():
                shutil.rmtree(state, ignore_errors=True)

    def until_done(self, command, state):
        app = self.name + "-app"
        program = measure.Program(command, [self.workload, self.args.bootstrap, app, state, f"name={self.name}",
                                            f"guarantee={self.args.guarantee}", "commit_ms=200", *self.args.set], self.log)
        try:
            measure.until_committed(self.args, program, app, self.inputs)
        finally:
            if program.stop() is None:
                raise RuntimeError("the program did not end by itself; see the log")

    def outcome(self):
        committed = harness("offsets", self.args.bootstrap, self.name + "-app", *self.inputs)
        return {"output": json.loads(harness("digest", self.args.bootstrap, self.name + "-out")),
                "offsets": [line.removeprefix(self.name) for line in committed.splitlines()]}


def differences(workload, wanted, found):
    # A cache decides how many updates are seen; the last one of each key is the result.
    exact = workload in ("count-nocache", "enrich", "join")
    for part in ["keys", "last"] + (["records", "all"] if exact else []):
        if wanted["output"][part] != found["output"][part]:
            yield f"{part} is {found['output'][part]}, of Kafka Streams alone {wanted['output'][part]}"
    for one, other in zip(wanted["offsets"], found["offsets"]):
        if one != other:
            yield f"committed is `{other}`, of Kafka Streams alone `{one}`"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--workload", action="append", choices=WORKLOADS, help="several may be given; all of them where none is")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--keys", type=int, default=5_000)
    parser.add_argument("--guarantee", default="at_least_once", choices=["at_least_once", "exactly_once_v2"])
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a further option for both programs")
    parser.add_argument("--state-root", help="where state directories go; the default is the system's temporary folder")
    parser.add_argument("--timeout", type=float, default=120)
    parser.add_argument("--log", default="results/take_over.log", help="what the programs say")
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="after --: the program that takes over")
    args = parser.parse_args()

    command = shlex.join(args.command)
    java = measure.KAFKA_STREAMS
    ways = {"kafka-streams": (java, java), "kafka-streams-then-program": (java, command),
            "program-then-kafka-streams": (command, java)}
    pathlib.Path(args.log).parent.mkdir(parents=True, exist_ok=True)
    failed = False
    with open(args.log, "a") as log:
        for workload in args.workload or WORKLOADS:
            wanted = None
            for way, programs in ways.items():
                began = time.monotonic()
                found = Takeover(args, workload, f"take-over-{int(time.time()):x}-{workload}-{way}", log).run(*programs)
                wanted = wanted or found
                wrong = list(differences(workload, wanted, found))
                failed = failed or bool(wrong)
                print(f"{workload:14} {way:27} {'DIFFERS' if wrong else 'the same':8} {found['output']['records']} records of "
                      f"{found['output']['keys']} keys, last {found['output']['last']}, {time.monotonic() - began:.0f} s", flush=True)
                for line in wrong:
                    print("    " + line)
    sys.exit(failed)


if __name__ == "__main__":
    main()
