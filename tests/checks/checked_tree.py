"""What a check of tools/ prints for a tree of a few files; imported by the tests of those checks."""

import subprocess
import sys
import tempfile
from pathlib import Path


def faults(check: Path, files: dict[str, str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        run = subprocess.run([sys.executable, check, folder], capture_output=True, text=True)
        assert run.returncode == (1 if run.stdout.strip() else 0), run.stderr
        return run.stdout.strip()
