"""What examples/README.md shows of each example."""
import dataclasses
import re


@dataclasses.dataclass
class Shown:
    inputs: str    # lines of shell that feed it
    output: str    # the line of shell that reads what it wrote
    expected: str  # what that line prints
    demo: str      # what --demo prints


def examples(readme):
    """name -> Shown, one for each section."""
    found = {}
    for section in re.split(r"^## ", readme.read_text(), flags=re.MULTILINE)[1:]:
        name = section.split("\n", 1)[0]
        blocks = re.findall(r"^```(\w+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        assert [kind for kind, _ in blocks] == ["sh", "text", "text"], f"{name}: what feeds and reads it, and two results"
        lines = blocks[0][1].splitlines(keepends=True)
        assert lines[-1].startswith("kcat -C "), f"{name}: the last line of shell reads"
        found[name] = Shown("".join(lines[:-1]), lines[-1], blocks[1][1], blocks[2][1])
    return found
