"""Build the wheel, install it into an empty environment and run it from a folder far from the project."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).resolve().parents[1]


def run(*command: str | Path, cwd: Path) -> str:
    return subprocess.run([str(part) for part in command], cwd=cwd, check=True, capture_output=True, text=True).stdout


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "build", "--wheel", "--outdir", folder / "dist", PROJECT, cwd=folder)
        venv.create(folder / "env", with_pip=True)
        python = folder / "env" / "bin" / "python"
        (wheel,) = (folder / "dist").glob("*.whl")
        run(python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", wheel, cwd=folder)
        elsewhere = folder / "elsewhere"
        elsewhere.mkdir()
        cleaner = folder / "env" / "bin" / "cleaner"
        run(cleaner, "clean", PROJECT / "golden" / "raw", "-o", "out", cwd=elsewhere)
        wanted = PROJECT / "golden" / "clean"
        for path in sorted(path for path in wanted.rglob("*") if path.is_file()):
            got = elsewhere / "out" / path.relative_to(wanted)
            assert got.read_bytes() == path.read_bytes(), f"the installed wheel cleans {path.name} differently"
        assert " validated" in run(cleaner, "rules", "test", cwd=elsewhere)
    print(f"{wheel.name}: built, installed alone, and cleans the golden dump from another folder")


if __name__ == "__main__":
    main()
