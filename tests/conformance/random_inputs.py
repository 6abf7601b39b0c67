"""Random input for the topics of a specification: few keys, so that records meet; late ones, gaps, nulls, headers, and a
wall clock that moves."""

KEYS = ["a", "b", "c"] * 2 + ["d", "ab", "a key longer than any small buffer"]
TEXTS = [
    "a", "b", "x", "y", "", "a:2", "b:3", "z:1", "xy z", "x x y", "long:value", "ab: a value that is longer than the others",
    "日本: x",
]  # fmt: skip
HEADERS = [[["h", "6f6e65"]], [["h", "74776f"]], [["h", "6f6e65"], ["h", "74776f"]], [["empty", ""], ["none", None]]]


def inputs(chance, topics, steps):
    """`steps` of them, for `topics`: names with the type of their values."""
    clock = Clock(chance)
    # Some lines are of few keys with much on each, some leave nothing null, and in some much comes late.
    keys = chance.choice([KEYS, KEYS, KEYS, ["a", "b"]])
    nulls = chance.choice([0.0, 0.08, 0.08, 0.25])
    null_keys = chance.choice([0.0, 0.03])
    names = sorted(topics)
    out = []
    for _ in range(steps):
        if chance.random() < 0.06:
            out.append({"advance_wall_clock": chance.choice([1, 5, 10, 50])})
            continue
        topic = chance.choice(names)
        record = {
            "topic": topic,
            "key": None if chance.random() < null_keys else hex_of(chance.choice(keys)),
            "value": None if chance.random() < nulls else value(chance, topics[topic]),
            "ts": clock.next(),
        }
        if chance.random() < 0.06:
            record["headers"] = chance.choice(HEADERS)
        out.append(record)
    return out


class Clock:
    """Times of records: mostly later than those before, some out of order, some far from the others."""

    def __init__(self, chance):
        self.chance = chance
        self.now = 0
        self.late = chance.choice([0.0, 0.1, 0.1, 0.3])

    def next(self):
        if self.chance.random() < self.late:
            return max(0, self.now - self.chance.choice([self.chance.randint(1, 25), self.chance.randint(1, 25), 100]))
        if self.chance.random() < 0.01:
            self.now += self.chance.choice([60, 200, 2000])
        self.now += self.chance.choice([0, 1, 1, 2, 3, 7, 15])
        return self.now


def value(chance, kind):
    if kind == "string":
        return hex_of(chance.choice(TEXTS))
    number = chance.randint(-5, 40) if chance.random() < 0.98 else chance.choice([2**40, -(2**40)])
    return number.to_bytes(8, "big", signed=True).hex()


def hex_of(text):
    return text.encode().hex()
