#!/usr/bin/env python3
"""compare_vectors.py GIVEN CAPTURED: whether two files of vectors say the same, line by line, as the conformance runner
takes it: descriptions to the last character, records of topics in order, changelogs by what they come to."""
import gzip
import itertools
import json
import sys


def lines(path):
    with gzip.open(path, "rt") if path.endswith(".gz") else open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def by_topic(step):
    topics = {}
    for record in step:
        headers = [list(h) if isinstance(h, list) else [h["key"], h["value"]] for h in record.get("headers") or []]
        topics.setdefault(record["topic"], []).append((record["key"], record["value"], record.get("ts"), headers))
    return topics


def compact(content, records):
    for key, value, ts, headers in records:
        if value is None:
            content.pop(key, None)
        else:
            content[key] = (value, ts, headers)


def first_difference(one, other):
    if one["describe"] != other["describe"]:
        return "describe"
    contents = {}
    for at, (a, b) in enumerate(itertools.zip_longest(one["steps"], other["steps"])):
        if a is None or b is None:
            return f"step {at} is missing"
        left, right = by_topic(a), by_topic(b)
        for topic in sorted(left.keys() | right.keys()):
            if topic.endswith("-changelog"):
                x, y = contents.setdefault(topic, ({}, {}))
                compact(x, left.get(topic, []))
                compact(y, right.get(topic, []))
            else:
                x, y = left.get(topic, []), right.get(topic, [])
            if x != y:
                return f"step {at}: {topic}: {x} and {y}"
    return None


def main():
    given, captured = sys.argv[1:3]
    others = {each["name"]: each for each in lines(captured)}
    same = different = 0
    for each in lines(given):
        other = others.get(each["name"])
        found = "missing" if other is None else first_difference(each["expect"], other["expect"])
        if found:
            different += 1
            print(f"{each['name']}: {found}")
        else:
            same += 1
    print(f"{same} equal, {different} different")
    return 1 if different or not same else 0


if __name__ == "__main__":
    sys.exit(main())
