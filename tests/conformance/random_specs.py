#!/usr/bin/env python3
"""Random specifications of topologies with their input: lines as the conformance vectors have them, without `expect`.

    random_specs.py --seed 7 --count 160                       all families in turn
    random_specs.py --seed 7 --count 20 --family deep --inputs 400

The same arguments give the same lines. tests/conformance/oracle adds what Kafka Streams does with them.
"""
import argparse
import json
import random
import sys

from random_inputs import inputs
from random_operations import (
    aggregated, as_stream, cogrouped, Draft, filtered, finish, Flow, from_group, global_table, grouped,
    grouped_rows, joined_by_foreign_key, joined_streams, joined_tables, joined_with_global, joined_with_table,
    NUMBER, prepared, processed, refined, rows_of_windows, source, source_table, stateless_step, suppressed,
    table_step, TEXT, to_table, windowed_aggregate,
)  # fmt: skip


def stateless(draft):
    of = source(draft)
    for _ in range(draft.chance.randint(1, 5)):
        of = stateless_step(draft, of)
    finish(draft, of)


def aggregate(draft):
    finish(draft, refined(draft, aggregated(draft, grouped(draft, prepared(draft, source(draft))))))


def windowed(draft):
    of, closes = windowed_aggregate(draft, grouped(draft, prepared(draft, source(draft))))
    # What a mapping makes has no serde, and cannot be held back.
    of = table_step(draft, of, False) if draft.one_in(2) else of
    if closes and of.serdes and draft.one_in(2):
        of = suppressed(draft, of, closes=not draft.one_in(4))
    finish(draft, of)


def cogroup(draft):
    finish(draft, refined(draft, cogrouped(draft), 1))


def to_table_family(draft):
    finish(draft, refined(draft, to_table(draft, prepared(draft, source(draft))), 3))


def table_group(draft):
    of = refined(draft, source_table(draft, versioned_one_in=6))
    finish(draft, refined(draft, aggregated(draft, grouped_rows(draft, of))))


def table_join(draft):
    of = refined(draft, source_table(draft, versioned_one_in=8), 1)
    for _ in range(draft.any(1, 1, 2, 3)):
        other = refined(draft, source_table(draft, versioned_one_in=8), 1)
        of = joined_tables(draft, of, other)
    finish(draft, refined(draft, of, 1))


def fk_join(draft):
    left, right = (source_table(draft, draft.any(TEXT, TEXT, NUMBER), 8) for _ in range(2))
    if draft.one_in(3):
        left = draft.chance.choice([filtered(draft, left), to_table(draft, source(draft, TEXT))])
    if draft.one_in(3):
        right = draft.chance.choice([filtered(draft, right), aggregated(draft, grouped_rows(draft, right))])
    of = joined_by_foreign_key(draft, left, right)
    if draft.one_in(4):
        of = joined_by_foreign_key(draft, of, source_table(draft, TEXT))
    finish(draft, refined(draft, of, 1))


def stream_table(draft):
    of = prepared(draft, source(draft))
    for _ in range(draft.any(1, 1, 2)):
        of = joined_with_table(draft, of, refined(draft, source_table(draft), 1))
    finish(draft, of)


def stream_versioned(draft):
    stream = prepared(draft, source(draft))
    value = draft.any(TEXT, NUMBER)
    keeps = {"name": draft.new("ver"), "versioned": draft.any(0, 5, 20, 100, 1000)}
    if draft.one_in(8):
        keeps["logging"] = False
    made = draft.add("table", "t", topic=draft.topic("tab", value), value=value, store=keeps)
    table = Flow(made, "table", value, history=keeps["versioned"])
    if draft.one_in(6):
        table = table_step(draft, table, False)
    finish(draft, joined_with_table(draft, stream, table))


def global_family(draft):
    of = prepared(draft, source(draft))
    for _ in range(draft.any(1, 1, 1, 2)):
        of = joined_with_global(draft, of, global_table(draft))
    finish(draft, of)


def stream_join(draft):
    left = prepared(draft, source(draft), 1)
    right = left if draft.one_in(12) else prepared(draft, source(draft))
    of = joined_streams(draft, left, right)
    if draft.one_in(5):
        of = joined_streams(draft, of, source(draft))
    finish(draft, of)


def suppress(draft):
    if draft.one_in(2):
        of = source_table(draft)
    else:
        of = aggregated(draft, grouped(draft, prepared(draft, source(draft), 1)))
    finish(draft, refined(draft, suppressed(draft, of), 1))


def process(draft):
    finish(draft, processed(draft, prepared(draft, source(draft))))


def mixed(draft):
    """Two families in one topology, which share nothing."""
    for family in draft.chance.sample([f for f in FAMILIES.values() if f not in (mixed, graph, deep)], 2):
        family(draft)


def graph(draft, most=6, extra=()):
    """Operations on whatever is there already, results read several times among them."""
    streams = [source(draft) for _ in range(draft.any(1, 2, 2))]
    tables = [source_table(draft)]
    used = set()

    def pick(flows):
        chosen = draft.chance.choice(flows)
        used.add(chosen.id)
        return chosen

    steps = {
        "stateless": lambda: stateless_step(draft, pick(streams)),
        "table": lambda: table_step(draft, pick(tables)),
        "aggregate": lambda: from_group(draft, pick(streams)),
        "to table": lambda: to_table(draft, pick(streams)),
        "to stream": lambda: as_stream(draft, pick(tables)),
        "rows": lambda: aggregated(draft, grouped_rows(draft, pick(tables))),
        "streams": lambda: joined_streams(draft, pick(streams), pick(streams)),
        "stream and table": lambda: joined_with_table(draft, pick(streams), pick(tables)),
        "tables": lambda: joined_tables(draft, pick(tables), pick(tables)),
    }
    more = {
        "global": lambda: joined_with_global(draft, pick(streams), global_table(draft)),
        "process": lambda: processed(draft, pick(streams)),
        "suppress": lambda: suppressed(draft, pick([t for t in tables if t.serdes and t.history is None])),
        "foreign key": lambda: joined_by_foreign_key(
            draft, *[pick([t for t in tables if t.serdes]) for _ in range(2)]
        ),
        "cogroup": lambda: cogrouped(draft),
        "rows of windows": lambda: rows_of_windows(draft, pick(streams)),
        "another table": lambda: source_table(draft, versioned_one_in=4),
    }
    steps |= {name: more[name] for name in extra}
    for _ in range(draft.chance.randint(2, most)):
        if all(t.history is not None or not t.serdes for t in tables):
            tables.append(source_table(draft))
        made = steps[draft.chance.choice(sorted(steps))]()
        if made.kind in ("windowed", "sessions"):
            made = as_stream(draft, made, "identity")
        (streams if made.kind == "stream" else tables).append(made)
    for flow in streams + tables:
        if flow.id not in used or draft.one_in(4):
            finish(draft, flow)


def deep(draft):
    """As graph, with more operations and of more kinds."""
    graph(draft, 9, ("global", "process", "suppress", "foreign key", "cogroup", "rows of windows", "another table"))


FAMILIES = {
    "stateless": stateless,
    "aggregate": aggregate,
    "windowed": windowed,
    "cogroup": cogroup,
    "to_table": to_table_family,
    "table_group": table_group,
    "table_join": table_join,
    "fk_join": fk_join,
    "stream_table": stream_table,
    "stream_versioned": stream_versioned,
    "global": global_family,
    "stream_join": stream_join,
    "suppress": suppress,
    "process": process,
    "mixed": mixed,
    "graph": graph,
    "deep": deep,
}


def config(chance):
    out = {}
    if chance.randrange(4) == 0:
        out["statestore.cache.max.bytes"] = "1000000"
    if chance.randrange(3) == 0:
        single = ["reuse.ktable.source.topics", "merge.repartition.topics", "single.store.self.join"]
        out["topology.optimization"] = chance.choice(["all", "all", *single, ",".join(single[1:])])
    return out


def spec(seed, number, family, steps):
    chance = random.Random(f"{seed}/{family}/{number}/{steps}")
    draft = Draft(chance)
    FAMILIES[family](draft)
    return {
        "name": f"{family}-{seed}-{number}",
        "family": family,
        "config": config(chance),
        "topology": draft.operations,
        "input": inputs(chance, draft.topics, steps),
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--count", type=int, required=True)
    arguments.add_argument("--family", choices=sorted(FAMILIES), help="all in turn where it is not given")
    arguments.add_argument("--inputs", type=int, default=40, help="steps of input a line")
    arguments.add_argument("--output", type=argparse.FileType("w"), default=sys.stdout, help="file; else standard output")
    given = arguments.parse_args()
    families = [given.family] if given.family else list(FAMILIES)
    for number in range(given.count):
        line = spec(given.seed, number, families[number % len(families)], given.inputs)
        json.dump(line, given.output, separators=(",", ":"))
        given.output.write("\n")


if __name__ == "__main__":
    main()
