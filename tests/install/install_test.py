#!/usr/bin/env python3
"""Installs the build into a temporary folder, and builds and runs tests/install/consumer against it, twice: found by
CMake, and found by pkg-config. Nothing of the source tree or of the build is in its sight."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXPECTED = "streams 2\n"


def run(*command, **options) -> str:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"install_test: {' '.join(map(str, command))} failed:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def expect(program: Path) -> None:
    printed = run(program)
    if printed != EXPECTED:
        sys.exit(f"install_test: {program.name} prints {printed!r}, expected {EXPECTED!r}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--cmake", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--prefix-path", default="")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        run(options.cmake, "--install", options.build, "--prefix", folder / "built")
        # Moved after it was installed: no path of it may be written down in it.
        prefix = (folder / "built").rename(folder / "prefix")
        project = Path(shutil.copytree(HERE / "consumer", folder / "project"))
        modules = list(prefix.glob("**/pkgconfig"))

        run(options.cmake, "-S", project, "-B", folder / "by-cmake", "-G", "Ninja",
            f"-DCMAKE_CXX_COMPILER={options.compiler}", f"-DCMAKE_PREFIX_PATH={prefix};{options.prefix_path}",
            "-DCMAKE_CXX_COMPILER_LAUNCHER=")
        run(options.cmake, "--build", folder / "by-cmake")
        expect(folder / "by-cmake" / "consumer")

        environment = {**os.environ, "PKG_CONFIG_PATH": str(modules[0])}
        package = "streams-json" if options.json else "streams"
        flags = run("pkg-config", "--cflags", "--libs", package, env=environment).split()
        run(options.compiler, project / "main.cpp", "-o", folder / "by-pkg-config", *flags)
        expect(folder / "by-pkg-config")


if __name__ == "__main__":
    main()
