"""Operations of a random specification, with their options and functions: each writes one into a draft, and returns what it
results in."""
import dataclasses

TEXT, NUMBER = "string", "long"
KEYS = ["a", "b", "c", "d", "ab", "a key longer than any small buffer"]


@dataclasses.dataclass(frozen=True)
class Flow:
    """What an operation resulted in. `serdes`: whether a table knows how its values are written, which those mapped or
    joined without a store do not, so that they cannot be suppressed or joined by foreign key. `history`: how long a
    table keeps versions; None where it has none."""

    id: str
    kind: str  # stream, table, windowed, sessions, group, rows, global
    value: str
    serdes: bool = True
    history: int | None = None


class Draft:
    """A topology while it is written: operations, and numbers that make every name new."""

    def __init__(self, chance):
        self.chance = chance
        self.operations = []
        self.topics = {}  # topic to the type of its values
        self.number = 0

    def new(self, prefix):
        self.number += 1
        return f"{prefix}{self.number}"

    def one_in(self, many):
        return self.chance.randrange(many) == 0

    def any(self, *choices):
        return self.chance.choice(choices)

    def add(self, op, prefix, **fields):
        made = self.new(prefix)
        self.operations.append({"id": made, "op": op, **{k: v for k, v in fields.items() if v is not None}})
        return made

    def name(self, prefix, one_in=4):
        return self.new(prefix) if self.one_in(one_in) else None

    def topic(self, prefix, value):
        name = f"{prefix}{len(self.topics)}"
        self.topics[name] = value
        return name


# Options and functions ---------------------------------------------------------------------------------------------------


def store(draft, versioned_one_in=0):
    """A store: half of them plain; all combinations of options else."""
    out = {"name": draft.new("store")}
    if draft.one_in(20):
        del out["name"]
    if draft.one_in(2):
        return out
    if versioned_one_in and "name" in out and draft.one_in(versioned_one_in):
        out["versioned"] = draft.any(0, 5, 20, 100, 1000)
        return out
    if draft.one_in(2):
        out["in_memory"] = True
    if draft.one_in(3):
        out["caching"] = draft.any(True, False)
    if draft.one_in(5):
        out["logging"] = False
    return out


def history(keeps):
    return (keeps or {}).get("versioned")


def maybe_store(draft, versioned_one_in=0):
    return store(draft, versioned_one_in) if draft.one_in(2) else None


def predicate(draft, value):
    if draft.one_in(4):
        return "key_eq:" + draft.any(*KEYS, "null", "k")
    of_type = {
        TEXT: ["value_contains:a", "value_contains:x", f"length_gt:{draft.chance.randint(0, 5)}", "value_not_null"],
        NUMBER: [f"value_gt:{draft.chance.randint(-3, 30)}", "value_even", "value_not_null", "length_gt:1"],
    }
    return draft.any(*of_type[value])


def mapper(draft, value):
    """A value mapper and the type of what it gives."""
    of_type = {
        TEXT: [
            ("identity", TEXT),
            ("upper", TEXT),
            ("append:!", TEXT),
            ("length", NUMBER),
            ("null_if_contains:z", TEXT),
            ("null_if_contains:x", TEXT),
            ("prepend_key", TEXT),
        ],
        NUMBER: [
            ("identity", NUMBER),
            (f"add:{draft.chance.randint(-3, 5)}", NUMBER),
            (f"mul:{draft.chance.randint(-2, 3)}", NUMBER),
            ("to_string", TEXT),
            ("length", NUMBER),
            ("null_if_gt:20", NUMBER),
            ("prepend_key", TEXT),
        ],
    }
    return draft.any(*of_type[value])


def key_function(draft):
    return draft.any("value", "first_char", "key_first_char", "prefix:p", "const:k", "identity")


def flat_function(draft, value):
    return draft.any(*(["split", "split"] if value == TEXT else []), *[f"repeat:{n}" for n in range(4)])


def joiner(draft):
    return "null_if_right_contains:x" if draft.one_in(5) else "concat"


def reducer(draft, value):
    return draft.any("concat", "minus", "last") if value == TEXT else draft.any("sum", "max", "last", "subtract")


def aggregator(draft, value):
    """An aggregator and the type of its aggregate."""
    if value == NUMBER and draft.one_in(2):
        return draft.any("sum", "subtract"), NUMBER
    return draft.any("concat", "concat_key", f"null_if_long:{draft.any(3, 25)}", "minus"), TEXT


def window(draft, kinds=("time", "sliding", "session", "unlimited")):
    kind = draft.any(*kinds)
    grace = draft.any(0, 5, 20, 1000)
    if kind == "unlimited":
        return {"kind": kind, "start": draft.any(0, 20, 100)}
    if kind == "session":
        return {"kind": kind, "gap": draft.any(0, 5, 10, 20), "grace": grace}
    if kind == "sliding":
        return {"kind": kind, "size": draft.any(1, 5, 10, 20), "grace": grace}
    size = draft.any(1, 5, 10, 30)
    out = {"kind": kind, "size": size, "grace": grace}
    if draft.one_in(2):
        out["advance"] = draft.any(*[n for n in (1, 3, 5, 7, 10) if n <= size])
    return out


# Operations --------------------------------------------------------------------------------------------------------------


def source(draft, value=None):
    value = value or draft.any(TEXT, NUMBER)
    read_already = [name for name, kind in draft.topics.items() if kind == value and name.startswith("in")]
    if read_already and draft.one_in(15):
        topics = [draft.chance.choice(read_already)]
    else:
        topics = [draft.topic("in", value)]
    if draft.one_in(12):
        topics.append(draft.topic("in", value))
    made = draft.add("stream", "s", topics=topics, key=TEXT, value=value)
    return Flow(made, "stream", value)


def source_table(draft, value=None, versioned_one_in=0):
    value = value or draft.any(TEXT, NUMBER)
    topic = draft.topic("tab", value)
    options = maybe_store(draft, versioned_one_in)
    made = draft.add("table", "t", topic=topic, value=value, store=options)
    return Flow(made, "table", value, history=history(options))


def global_table(draft):
    value = TEXT if draft.one_in(2) else draft.any(TEXT, NUMBER)
    made = draft.add("global_table", "g", topic=draft.topic("glob", value), value=value)
    return Flow(made, "global", value)


def split(draft, of):
    ids = [draft.new("n") for _ in range(draft.any(2, 3, 4))]
    labels = ["-one", "-two", "-three"]
    branches = [
        {"id": each, "label": labels[at] + each, "fn": predicate(draft, of.value)} for at, each in enumerate(ids[:-1])
    ]
    last = {"id": ids[-1], "label": "-rest" + ids[-1]}
    draft.add("split", "n", of=of.id, name=draft.name("spl", 8), branches=branches, default=last)
    flows = [Flow(each, "stream", of.value) for each in ids]
    kept = draft.chance.choice(flows)
    for each in flows:
        if each is not kept and draft.one_in(2):
            write(draft, each)
    return kept


def stateless_step(draft, of):
    op = draft.any(
        "filter", "filter_not", "map_values", "map", "select_key", "flat_map", "flat_map_values", "merge", "split",
        "repartition",
    )  # fmt: skip
    name = draft.name("node", 6)
    if op in ("filter", "filter_not"):
        return Flow(draft.add(op, "n", of=of.id, fn=predicate(draft, of.value), name=name), "stream", of.value)
    if op == "map_values":
        fn, made = mapper(draft, of.value)
        return Flow(draft.add(op, "n", of=of.id, fn=fn, name=name, **{"as": made}), "stream", made)
    if op == "map":
        fn, made = mapper(draft, of.value)
        key = key_function(draft)
        return Flow(draft.add(op, "n", of=of.id, fn=fn, key_fn=key, name=name, **{"as": made}), "stream", made)
    if op == "select_key":
        return Flow(draft.add(op, "n", of=of.id, fn=key_function(draft), name=name), "stream", of.value)
    if op in ("flat_map", "flat_map_values"):
        return Flow(draft.add(op, "n", of=of.id, fn=flat_function(draft, of.value), name=name), "stream", of.value)
    if op == "merge":
        other = source(draft, of.value)
        return Flow(draft.add(op, "n", of=of.id, other=other.id, name=name), "stream", of.value)
    if op == "split":
        return split(draft, of)
    return Flow(draft.add(op, "n", of=of.id, name=draft.name("rep", 2)), "stream", of.value)


def prepared(draft, of, most=2):
    """A stream after none to `most` stateless steps."""
    for _ in range(draft.chance.randint(0, most)):
        of = stateless_step(draft, of)
    return of


def table_step(draft, of, stores=True):
    """A filter or mapping of a table; of windowed ones without a store."""
    op = draft.any("filter", "filter_not", "map_values")
    keeps = maybe_store(draft, 12) if stores and draft.one_in(2) else None
    name = draft.name("node", 10)
    kept = of.history if keeps is None else history(keeps)
    if op == "map_values":
        fn, made = mapper(draft, of.value)
        made_id = draft.add(op, "n", of=of.id, fn=fn, store=keeps, name=name, **{"as": made})
        return dataclasses.replace(of, id=made_id, value=made, serdes=keeps is not None, history=kept)
    made_id = draft.add(op, "n", of=of.id, fn=predicate(draft, of.value), store=keeps, name=name)
    return dataclasses.replace(of, id=made_id, serdes=of.serdes or keeps is not None, history=kept)


def refined(draft, of, most=2):
    """A table after none to `most` steps."""
    for _ in range(draft.chance.randint(0, most)):
        of = table_step(draft, of, of.kind == "table")
    return of


def to_table(draft, of):
    options = store(draft, 12) if draft.one_in(2) else None
    return Flow(draft.add("to_table", "t", of=of.id, store=options), "table", of.value, history=history(options))


def grouped(draft, of):
    if draft.one_in(2):
        return Flow(draft.add("group_by_key", "g", of=of.id, name=draft.name("grp", 3)), "group", of.value)
    fn = draft.any("identity", "key_first_char", "first_char", "value", "prefix:q")
    return Flow(draft.add("group_by", "g", of=of.id, fn=fn, name=draft.name("grp", 3)), "group", of.value)


def grouped_rows(draft, of):
    key = draft.any("value", "key_first_char", "first_char", "const:k", "prefix:r")
    fn, made = ("identity", of.value) if draft.one_in(2) else mapper(draft, of.value)
    made_id = draft.add("group_by", "g", of=of.id, key_fn=key, fn=fn, name=draft.name("grp", 6), **{"as": made})
    return Flow(made_id, "rows", made)


def aggregated(draft, group, kind="table", emit=None, ops=("count", "reduce", "aggregate")):
    op = draft.any(*ops)
    keeps = store(draft, 12 if kind == "table" else 0) if not draft.one_in(3) else None
    common = {"of": group.id, "store": keeps, "emit": emit}
    kept = history(keeps)
    if op == "count":
        return Flow(draft.add(op, "k", **common), kind, NUMBER, history=kept)
    rows = group.kind == "rows"
    if op == "reduce":
        fn = reducer(draft, group.value)
        undo = {"concat": "minus", "sum": "subtract"}.get(fn, fn) if rows else None
        return Flow(draft.add(op, "k", fn=fn, sub_fn=undo, **common), kind, group.value, history=kept)
    fn, made = aggregator(draft, group.value)
    undo = ("subtract" if made == NUMBER else "minus") if rows else None
    return Flow(draft.add(op, "k", fn=fn, sub_fn=undo, **{"as": made}, **common), kind, made, history=kept)


def windowed_aggregate(draft, group):
    chosen = window(draft)
    made = draft.add("windowed_by", "w", of=group.id, window=chosen)
    emit = "close" if chosen["kind"] != "unlimited" and draft.one_in(3) else None
    kind = "sessions" if chosen["kind"] == "session" else "windowed"
    out = aggregated(draft, dataclasses.replace(group, id=made), kind, emit)
    return out, chosen["kind"] != "unlimited"


def cogrouped(draft):
    made = draft.any(TEXT, TEXT, NUMBER)
    fns = {TEXT: ["concat", "minus", "concat_key", "null_if_long:25"], NUMBER: ["sum", "subtract"]}[made]
    first = grouped(draft, prepared(draft, source(draft, made), 0 if draft.one_in(2) else 1))
    while first.value != made:
        first = grouped(draft, source(draft, made))
    others = [grouped(draft, source(draft, made)) for _ in range(draft.any(1, 1, 2))]
    more = [{"of": other.id, "fn": draft.any(*fns)} for other in others]
    many = draft.add("cogroup", "c", of=first.id, fn=draft.any(*fns), **{"with": more, "as": made})
    kind = "table"
    if draft.one_in(2):
        chosen = window(draft)
        many = draft.add("windowed_by", "w", of=many, window=chosen)
        kind = "sessions" if chosen["kind"] == "session" else "windowed"
    initial = "sum" if made == NUMBER else "concat"
    keeps = store(draft) if draft.one_in(2) else None
    return Flow(draft.add("aggregate", "k", of=many, fn=initial, store=keeps, **{"as": made}), kind, made)


def suppressed(draft, of, closes=False):
    fields = {"of": of.id, "max_records": draft.any(1, 2, 3, 50) if draft.one_in(2) else None}
    if closes:
        fields |= {"until": "window_closes", "max_records": None, "name": draft.name("sup", 2)}
    else:
        fields |= {"time_limit": draft.any(0, 5, 20), "name": draft.new("sup") if draft.one_in(2) else None}
    return dataclasses.replace(of, id=draft.add("suppress", "p", **fields))


def joined_streams(draft, left, right):
    op = draft.any("join", "left_join", "outer_join")
    keeps = {"name": draft.new("store")} if draft.one_in(6) else None
    made = draft.add(
        op, "j", of=left.id, other=right.id, before=draft.any(0, 3, 5, 10, 20), after=draft.any(0, 3, 5, 10, 20),
        grace=draft.any(0, 5, 20, 50), fn=joiner(draft), name=draft.name("join", 4), store=keeps,
        in_memory=True if draft.one_in(4) else None, **{"as": TEXT},
    )  # fmt: skip
    return Flow(made, "stream", TEXT)


def joined_with_table(draft, stream, table):
    op = draft.any("join", "left_join")
    grace = None
    if table.history is not None and not draft.one_in(4):
        # A history shorter than the grace is refused.
        grace = draft.any(*[g for g in (0, 5, 20) if g <= table.history or draft.one_in(40)])
    name = draft.new("join") if grace is not None else draft.name("join", 4)
    made = draft.add(op, "j", of=stream.id, other=table.id, fn=joiner(draft), grace=grace, name=name, **{"as": TEXT})
    return Flow(made, "stream", TEXT)


def joined_with_global(draft, stream, table):
    key = draft.any("key_first_char", "identity", "value", "first_char", "const:a")
    made = draft.add(
        draft.any("join", "left_join"), "j", of=stream.id, other=table.id, fn=joiner(draft), key_fn=key,
        name=draft.name("join", 8), **{"as": TEXT},
    )  # fmt: skip
    return Flow(made, "stream", TEXT)


def joined_tables(draft, left, right):
    if left.id == right.id:  # Kafka Streams pairs each row with itself, the library refuses it
        right = filtered(draft, right)
    op = draft.any("join", "left_join", "outer_join")
    keeps = store(draft, 12) if draft.one_in(4) else None
    name = draft.name("join", 12)
    made = draft.add(op, "j", of=left.id, other=right.id, fn=joiner(draft), store=keeps, name=name, **{"as": TEXT})
    return Flow(made, "table", TEXT, serdes=keeps is not None, history=history(keeps))


def joined_by_foreign_key(draft, left, right):
    keeps = store(draft) if draft.one_in(3) else None
    made = draft.add(
        draft.any("join", "left_join"), "j", of=left.id, other=right.id, foreign_key=draft.any("before_colon", "first_char"),
        fn=joiner(draft), name=draft.name("fk", 3), store=keeps, **{"as": TEXT},
    )  # fmt: skip
    return Flow(made, "table", TEXT)


def processed(draft, of):
    fields = {"interval": draft.any(1, 5, 10), "type": draft.any("stream", "wall"), "name": draft.name("node", 8)}
    made = draft.add("process", "x", of=of.id, **fields)
    return Flow(made, "stream", of.value)


def as_stream(draft, of, key_fn=None):
    """A stream of the updates of a table; of windowed ones with plain keys where `key_fn` says so."""
    made = draft.add("to_stream", "n", of=of.id, key_fn=key_fn, name=draft.name("node", 12))
    return Flow(made, "stream" if of.kind == "table" or key_fn else "windowed stream", of.value)


def write(draft, of):
    fields = {"op": "to", "of": of.id, "topic": "out" if draft.one_in(20) else draft.new("out")}
    if draft.one_in(20):
        fields["name"] = draft.new("node")
    draft.operations.append(fields)


def finish(draft, of):
    """To a topic, whatever it is."""
    if of.kind == "stream":
        return write(draft, of)
    key_fn = draft.any("identity", "prefix:w") if of.kind != "table" and draft.one_in(6) else None
    return write(draft, as_stream(draft, of, key_fn))


def filtered(draft, of):
    """A table that still knows how its values are written."""
    op = draft.any("filter", "filter_not")
    made = draft.add(op, "n", of=of.id, fn=predicate(draft, of.value), store=maybe_store(draft))
    return dataclasses.replace(of, id=made, history=None)


def from_group(draft, of):
    """Updates of an aggregation of a stream; in windows, by plain keys."""
    group = grouped(draft, of)
    if not draft.one_in(3):
        return aggregated(draft, group)
    table, closes = windowed_aggregate(draft, group)
    if closes and draft.one_in(4):
        table = suppressed(draft, table, closes=True)
    elif draft.one_in(4):
        table = table_step(draft, table, False)
    return as_stream(draft, table, draft.any("identity", "prefix:w"))


def rows_of_windows(draft, of):
    """A group-by of the table of a windowed aggregation."""
    group = grouped(draft, of)
    made = draft.add("windowed_by", "w", of=group.id, window=window(draft, ("time", "sliding")))
    table = aggregated(draft, dataclasses.replace(group, id=made), "windowed")
    return aggregated(draft, grouped_rows(draft, table))
