#!/usr/bin/env python3
"""Every example on a real broker, fed and read by the lines of the examples' README; word_count also as two processes that
share the partitions, and under a broker that goes away; possible_fraud killed with -9 in the middle of its work.

    examples_test.py [SCENARIO ...]"""
import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback

BROKER = os.environ["STREAMS_BOOTSTRAP_SERVERS"]
EXAMPLES = pathlib.Path(os.environ["STREAMS_BUILD_DIR"]) / "examples"
MINUTE = 60_000
SOURCE = pathlib.Path(os.environ["STREAMS_SOURCE_DIR"])
sys.path.insert(0, str(SOURCE / "tests/examples"))
import documented

DOCUMENTED = documented.examples(SOURCE / "examples/README.md")


def create_topics(partitions, *names):
    subprocess.run([os.environ["STREAMS_CREATE_TOPICS"], BROKER, str(partitions), *names], check=True, timeout=60)


def write(topic, records):
    """records: (key, value) pairs of text."""
    lines = "".join(f"{key}\t{value}\n" for key, value in records)
    subprocess.run(["kcat", "-P", "-b", BROKER, "-t", topic, "-K", "\t", "-X", "partitioner=murmur2_random"],
                   input=lines.encode(), check=True, timeout=120)


def eventually(what, holds, seconds=60):
    """What `holds` returns as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.3)
    return found


def read(topic, form=r"%k\t%s\n", *options):
    """Every record of a topic as the fields of `form`. kcat gives up on a broker that is silent for 5 s; this does not."""
    command = ["kcat", "-C", "-b", BROKER, "-t", topic, "-e", "-q", "-o", "beginning", "-f", form, *options]

    def succeeded():
        done = subprocess.run(command, timeout=120, stdout=subprocess.PIPE)
        return done if done.returncode == 0 else None
    lines = eventually(f"kcat reads {topic}", succeeded).stdout.split(b"\n")
    return [line.split(b"\t") for line in lines if line]


@contextlib.contextmanager
def running(example, state, *options):
    """The example as a process; ended with SIGTERM, which it must answer with a clean exit."""
    command = [EXAMPLES / example, "--bootstrap-servers", BROKER, "--state-dir", state, *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield process
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, f"{example} did not end cleanly: {process.returncode}"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def settings(state, application, **more):
    """A configuration file: more properties with _ for each dot."""
    file = pathlib.Path(state) / "settings.properties"
    properties = {"application_id": application, "commit_interval_ms": "200", **more}
    file.write_text("".join(f"{name.replace('_', '.')}={value}\n" for name, value in properties.items()))
    return "--config", file


def shell(lines):
    """Runs these lines on the broker of this test."""
    return subprocess.run(["bash", "-e", "-o", "pipefail", "-c", lines.replace("localhost:9092", BROKER)],
                          stdout=subprocess.PIPE, text=True, timeout=120)


def last_lines(printed):
    """The last line of each key, and all without a key; times are left out."""
    lines = re.sub(r"\b1\d{12}\b", "TIME", printed).splitlines()
    return {line if line.startswith("{") else line.split(":")[0]: line for line in lines}


def as_documented(example, state):
    """The lines of the examples' README feed and read the example, which writes what stands there."""
    shown = DOCUMENTED[example]
    shell(shown.inputs).check_returncode()
    with running(example, state):
        eventually(f"{example} writes what the README shows",
                   lambda: last_lines(shell(shown.output).stdout) == last_lines(shown.expected))


def scenario_of(example):
    """The scenario of an example for which its README says all."""
    def scenario(state):
        as_documented(example, state)
    scenario.__name__ = example
    return scenario


def last_values(topic):
    """The last value of each key."""
    return {key.decode(): json.loads(value) if value else None for key, value in read(topic)}


def basket(state):
    as_documented("basket", state)
    eve = {"eve": last_values("baskets")["eve"]}
    def line(number, basket, quantity):
        return number, json.dumps({"basket": basket, "item": "apple", "quantity": quantity, "cents": 20})
    write("basket_lines", [line("1", "ann", 3), line("2", "ann", 1), line("3", "bob", 1)])
    with running("basket", state):
        both = {"ann": {"items": 4, "cents": 80}, "bob": {"items": 1, "cents": 20}}
        eventually("two baskets", lambda: last_values("baskets") == eve | both)
        write("basket_lines", [line("2", "bob", 2)])
        moved = {"ann": {"items": 3, "cents": 60}, "bob": {"items": 3, "cents": 60}}
        eventually("a line that moved", lambda: last_values("baskets") == eve | moved)


def customer_360(state):
    as_documented("customer_360", state)
    write("advisors", [("a1", '{"name":"Max","phone":"555-1"}')])
    write("customers", [(f"c{i}", json.dumps({"name": f"Ann {i}", "advisor": "a1"})) for i in range(20)])
    write("consents", [(f"c{i}", '{"email":true}') for i in range(20)])
    write("tickets", [(f"t{i}", json.dumps({"customer": f"c{i % 20}", "subject": "card"})) for i in range(60)])

    def shows(phone):
        seen = {key: view for key, view in last_values("customer_360").items() if key != "t-ann"}
        return len(seen) == 60 and all(
            view["customer"] == {"name": f"Ann {int(key[1:]) % 20}", "may_email": True, "advisor": "a1",
                                 "advisor_name": "Max", "advisor_phone": phone} for key, view in seen.items())
    with running("customer_360", state):
        eventually("every ticket with all of its customer", lambda: shows("555-1"))
        write("advisors", [("a1", '{"name":"Max","phone":"555-2"}')])
        eventually("every ticket with the advisor's new number", lambda: shows("555-2"))


def counted_words():
    """The last count of each word. The value is Java's long: 8 bytes, big-endian, written by kcat as it is."""
    return {key.decode(): int(value) for key, value in read("word_counts", r"%k\t%s\n", "-s", "value=q")}


def payments_by_window(topic):
    """(card, start of the five-minute window) -> payments, from the topic and its timestamps."""
    counts = collections.Counter()
    for key, timestamp in read(topic, r"%k\t%T\n"):
        counts[key.decode(), int(timestamp) // (5 * MINUTE) * 5 * MINUTE] += 1
    return counts


def last_alerts(topic="possible_fraud"):
    """(card, window) -> the last count written."""
    found = {}
    for _, value in read(topic):
        alert = json.loads(value)
        found[alert["card_number"], alert["window"]] = alert["count"]
    return found


def more_payments(first, count, cards):
    write("authorization_attempts",
          ((f"card-{i % cards}", json.dumps({"card_number": f"card-{i % cards}", "amount": 9.5, "merchant": "m"}))
           for i in range(first, first + count)))


def possible_fraud(state):
    """Killed three times in the middle of its input: what it counted is complete, and each restart goes on."""
    as_documented("possible_fraud", pathlib.Path(state) / "documented")
    more_payments(0, 150_000, 5_000)
    # A static member is given its partitions back at once, not when the killed one's session ends.
    config = settings(state, "fraud", group_instance_id="one")
    command = [EXAMPLES / "possible_fraud", "--bootstrap-servers", BROKER, "--state-dir", state, *config]
    repeatable = 0
    for _ in range(3):
        known = len(read("possible_fraud"))
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            more_payments(0, 25_000, 5_000)
            eventually("new alerts", lambda: process.poll() is not None or len(read("possible_fraud")) > known)
            more_payments(0, 25_000, 5_000)
            assert process.poll() is None, "possible_fraud ended by itself"
        finally:
            process.kill()
            process.wait()
        repeatable += not_committed("fraud")
    expected = {at: count for at, count in payments_by_window("authorization_attempts").items() if count > 3}
    assert sum(expected.values()) > 250_000

    def complete():
        found = last_alerts()
        return found.keys() == expected.keys() and all(found[at] >= count for at, count in expected.items())
    with running("possible_fraud", state, *config):
        eventually("a final count for every card and window", complete, 200)
        time.sleep(1)
    counted = last_alerts()
    over = sum(counted[at] - count for at, count in expected.items())
    print(f"possible_fraud: {sum(expected.values())} payments, {over} counted twice after three kills", flush=True)
    # At least once: what was counted but not committed at a kill is counted again, and nothing else.
    assert over <= repeatable, f"{over} were counted twice, but only {repeatable} were not committed at the kills"


def described(group, *what):
    """The rows of a description of the group, as fields; none while it is rebalanced."""
    done = subprocess.run(["java", "-XX:TieredStopAtLevel=1", "-cp", os.environ["KAFKA_LIBS"] + "/*",
                           "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "--bootstrap-server", BROKER,
                           "--timeout", "60000", "--describe", *what, "--group", group],
                          stdout=subprocess.PIPE, text=True, timeout=120)
    return [line.split() for line in done.stdout.splitlines() if line.startswith(group)]


def not_committed(group):
    """How many records of its input the group has not committed."""
    rows = eventually(f"partitions of {group}",
                      lambda: [row for row in described(group) if row[1] == "authorization_attempts"])
    return sum(int(end) - (0 if at == "-" else int(at)) for at, end in (row[3:5] for row in rows))


def members_with_partitions(group):
    """How many partitions each member of the group reads."""
    rows = described(group, "--members")  # static members have one column more
    return sorted(int(row[-1]) for row in rows)


def counted(prefix, at_least, at_most=None):
    """Whether each of the 50 words with this prefix was counted so often."""
    counts = counted_words()
    return all(at_least <= counts.get(f"{prefix}{i}", 0) <= (at_most or at_least) for i in range(50))


def write_words(prefix):
    """20 of each of 50 words."""
    write("lines", [("", f"{prefix}{i % 50}") for i in range(1_000)])


def two_processes(state):
    """The second process takes half of the partitions, and the first takes them back when it is gone."""
    one, two = pathlib.Path(state) / "one", pathlib.Path(state) / "two"
    config = settings(state, "shared")
    with running("word_count", one, *config):
        # lines and the repartition topic: 4 partitions each
        eventually("one member with all partitions", lambda: members_with_partitions("shared") == [8])
        with running("word_count", two, *config):
            eventually("two members with half of the partitions each",
                       lambda: members_with_partitions("shared") == [4, 4])
            write_words("word")
            eventually("every word counted", lambda: counted("word", 20))
        eventually("one member again", lambda: members_with_partitions("shared") == [8])
        write_words("word")
        eventually("every word counted on", lambda: counted("word", 40))


def broker(action):
    subprocess.run([os.environ["KAFKA_BROKER"], action, os.environ["KAFKA_BROKER_DIR"]], check=True, timeout=120)


def broker_restart(state):
    """The broker goes away under a running service, in good order and by a crash: the service waits, and goes on."""
    with running("word_count", state, *settings(state, "restarted")) as service:
        for round_number, end in enumerate(("stop", "kill"), start=1):
            write_words("again")
            broker(end)
            time.sleep(4)
            assert service.poll() is None, "the service ended because the broker was away"
            broker("start")
            write_words("again")
            # At least once: what was not acknowledged when the broker went away may be counted again.
            eventually("every word counted", lambda: counted("again", 40 * round_number, 100 * round_number), 120)


def word_count_and_two_processes(state):
    """One after the other: they share their topics."""
    as_documented("word_count", pathlib.Path(state) / "alone")
    two_processes(state)


def run(scenario):
    """Whether the scenario passed."""
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as state:
            scenario(state)
    except Exception:
        print(f"{scenario.__name__}: FAILED\n{traceback.format_exc()}", flush=True)
        return False
    print(f"{scenario.__name__}: ok, {time.monotonic() - started:.1f} s", flush=True)
    return True


def main():
    # They mostly wait, for a group or for a commit: side by side, the long ones first.
    together = [possible_fraud, word_count_and_two_processes, customer_360, basket]
    covered = {"possible_fraud", "word_count", "customer_360", "basket"}
    together += [scenario_of(example) for example in DOCUMENTED if example not in covered]
    alone = [broker_restart]
    chosen = set(sys.argv[1:])
    assert chosen <= {each.__name__ for each in together + alone}, f"one of {chosen} is no scenario"
    create_topics(4, "users", "clickstream", "vip_actions", "orders", "completed_orders", "syslog", "syslog_invalid_users",
                  "temp_raw", "clean", "temp_c", "temp_bad", "transactions", "balances", "lines", "word_counts",
                  "authorization_attempts", "possible_fraud", "basket_lines", "baskets", "advisors", "customers", "consents",
                  "tickets", "customer_360", "deliveries", "sales", "stock", "reorder", "user_regions", "page_views",
                  "page_views_by_region", "receipts", "sales_per_day", "card_payments", "rated_payments")
    def wanted(scenarios):
        return [each for each in scenarios if not chosen or each.__name__ in chosen]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        passed = list(pool.map(run, wanted(together)))
    passed += map(run, wanted(alone))
    sys.exit(0 if all(passed) else 1)


main()
