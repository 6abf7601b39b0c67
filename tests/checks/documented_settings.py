#!/usr/bin/env python3
"""docs/settings.md names every setting that the code knows, and no other; defaults are those of streams_config, and what is
said of clients' and topics' names is what the code does with them.

    documented_settings.py SOURCE_FOLDER             prints what differs
    documented_settings.py SOURCE_FOLDER --write     writes the tables of clients' and topics' names anew"""
import pathlib
import re
import sys

CLIENTS = {"every": "all", "consumer": "consumer", "producer": "producer", "admin": "admin",
           "consumer | admin": "consumer, admin"}


def rows_of(document, heading):
    """The rows of the table below a heading, each a list of cells."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", document, re.MULTILINE | re.DOTALL)
    assert section, f"docs/settings.md has no section {heading}"
    lines = [line for line in section[1].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]


def code_of_members(properties):
    """The code that reads each name of streams_config."""
    functions = {name: body for name, body in re.findall(r"^void (\w+)\(.*?\) \{\n(.*?)^\}", properties, re.MULTILINE | re.DOTALL)}
    table = re.search(r"^constexpr member_name members\[\] = \{\n(.*?)^\};", properties, re.MULTILINE | re.DOTALL)[1]
    entries = re.findall(r'^    \{"([^"]+)",(.*?)(?=^    \{"|\Z)', table, re.MULTILINE | re.DOTALL)
    return {name: functions.get(code.strip().rstrip("},"), code) for name, code in entries}


def default_of(member, config):
    """The initialiser of a member of streams_config, as a document says it."""
    found = re.search(rf"\b{member}(?:\{{(.*?)\}}| = (.*?));", config)
    text = (found[1] or found[2] or "").replace("'", "")
    quoted = re.search(r'"([^"]*)"', text)
    if quoted:
        return quoted[1]
    if re.fullmatch(r"[-\d *]+", text):
        return str(eval(text))
    return text.split("::")[-1]


def plain(text):
    """Enumerators and Kafka's classes are one name."""
    return text.replace("_", "").lower()


def check_application(document, source):
    config = (source / "include/streams/core/config.hpp").read_text()
    members = code_of_members((source / "src/core/config_properties.cpp").read_text())
    documented = {}
    for name, member, _, default, *_ in rows_of(document, "The application"):
        documented[name.strip("`")] = (member.strip("`"), default)
    yield from names_that_differ(documented, members)
    for name in documented.keys() & members.keys():
        member, default = documented[name]
        written = re.search(r"\bc\.(\w+) =", members[name])
        if (written[1] if written else "") != member:
            yield f"{name} is read into {written[1] if written else 'no member'}, not {member or 'none'}"
        elif not written:
            if default.strip("`") not in re.findall(r'[^\s"()]+', members[name]):
                yield f"{name}: the only value is not {default}"
        elif default_of(member, config) and plain(f"`{default_of(member, config)}`") not in plain(default):
            yield f"{name} has the default {default_of(member, config)}, not {default}"


def names_that_differ(documented, known):
    yield from (f"{name} is not in docs/settings.md" for name in known if name not in documented)
    yield from (f"{name} is in docs/settings.md only" for name in documented if name not in known)


def tables_of_names(source):
    """heading -> the rows of its table, as the code has them."""
    code = (source / "src/core/config_names.cpp").read_text()
    entries = re.finditer(r'\{"([^"]+)", (\w+(?: \| \w+)*), (\w+)(?:,\s*((?:"[^"]*"\s*)+))?\}', code)
    tables = {"Clients": [], "Skipped": [], "Refused": []}
    for entry in entries:
        name, clients, treatment, text = entry.groups()
        text = "".join(re.findall(r'"([^"]*)"', text or ""))
        row = [f"`{name}`", "application" if entry.start() > code.index("streams_names[]") else CLIENTS[clients]]
        if treatment == "ignore":
            tables["Skipped"].append([*row, text])
        elif treatment == "refuse":
            tables["Refused"].append([*row, text])
        else:
            tables["Clients"].append([*row, {"pass": "as it is", "rename": f"`{text}`", "translate": "translated"}[treatment]])
    topics = re.search(r"topic_names\[\] = \{(.*?)\};", code, re.DOTALL)[1]
    tables["Internal topics"] = [[f"`{name}`"] for name in re.findall(r'"([^"]+)"', topics)]
    return tables


def written(document, tables):
    for heading, rows in tables.items():
        section = document.index(f"\n## {heading}\n")
        section_end = document.find("\n## ", section + 1) + 1 or len(document)
        start = document.index("\n", document.rindex("\n| --- |", section, section_end) + 1) + 1
        end = re.compile(r"^(?!\| )|\Z", re.MULTILINE).search(document, start).start()
        document = document[:start] + "".join(f"| {' | '.join(row)} |\n" for row in rows) + document[end:]
    return document


def main():
    source = pathlib.Path(sys.argv[1])
    path = source / "docs/settings.md"
    document = path.read_text()
    tables = tables_of_names(source)
    if sys.argv[2:] == ["--write"]:
        path.write_text(written(document, tables))
        return
    differences = list(check_application(document, source))
    if written(document, tables) != document:
        differences.append("the tables of names differ from src/core/config_names.cpp: run this with --write")
    print("\n".join(differences))
    sys.exit(1 if differences else 0)


main()
