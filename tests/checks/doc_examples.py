#!/usr/bin/env python3
"""Compiles every C++ block of a document behind a preamble: one that begins with a definition as it stands, any other in a
function of its own, behind what EXAMPLE_PREAMBLE says. Where one does not compile, the compiler's message names the line of the
document.

    doc_examples.py DOCUMENT PREAMBLE -- COMPILER [ARGUMENT ...]"""
import pathlib
import re
import subprocess
import sys
import tempfile


def blocks(document):
    """(line, text) of each ```cpp block."""
    text = document.read_text()
    for found in re.finditer(r"^```cpp\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, found.start(1)) + 1, found[1]


def is_definition(text):
    """Whether the first line of code defines a type, a specialisation or a function that makes a topology."""
    code = [line for line in text.splitlines() if line.strip() and not line.startswith(("//", "#include"))]
    return code[0].startswith(("template", "struct ", "class ", "streams::topology ", "using namespace", "TEST_CASE"))


def main():
    document, preamble = map(pathlib.Path, sys.argv[1:3])
    compiler = sys.argv[sys.argv.index("--") + 1:]
    unit = [f'#include "{preamble.resolve()}"\n']
    count = 0
    for line, text in blocks(document):
        count += 1
        # The preamble includes what is needed; within a function nothing can be included.
        text = re.sub(r"^#include", "//", text, flags=re.MULTILINE)
        if is_definition(text):
            unit.append(f'#line {line} "{document}"\n{text}\n')
        else:
            unit.append(f"namespace {{ [[maybe_unused]] auto example_of_line_{line}() {{ EXAMPLE_PREAMBLE {{\n"
                        f'#line {line} "{document}"\n{text}}} }} }}\n')
    assert count > 0, f"{document} has no C++ block"
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "examples.cpp"
        source.write_text("".join(unit))
        done = subprocess.run([*compiler, "-fsyntax-only", source])
    print(f"{count} examples of {document.name}")
    sys.exit(done.returncode)


main()
