"""The compiled modules say what their sources say as plain Python, which takes over where there was no C compiler."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

from cleaner.pipeline import Cleaner
from cleaner.scan import IS_COMPILED, scan
from cleaner.utf8 import encode

PROJECT = Path(__file__).resolve().parents[1]

PLAIN_RUN = """
import doctest, importlib, json, sys
from pathlib import Path
from cleaner.pipeline import Cleaner
from cleaner.scan import IS_COMPILED, scan
from cleaner.utf8 import encode

assert not IS_COMPILED
for name in sys.argv[2:]:
    module = importlib.import_module(name)
    assert module.__file__.endswith(".py"), name
    assert not doctest.testmod(module).failed, name
cleaner = Cleaner()
for line in Path(sys.argv[1]).read_text("utf-8").splitlines():
    text = json.loads(line)
    cleaned, seen = cleaner.clean(text), scan(encode(text))
    print(json.dumps([cleaned.text, repr(cleaned.edits), repr([seen.table, seen.folded, seen.hashes, seen.odd])]))
"""


def compiled_modules() -> list[str]:
    tree = ast.parse((PROJECT / "hatch_build.py").read_text("utf-8"))
    names = (node for node in tree.body if isinstance(node, ast.Assign))
    return next(list(ast.literal_eval(node.value)) for node in names if ast.unparse(node.targets[0]) == "MODULES")


def test_every_compiled_module_is_made_anew_when_it_changes() -> None:
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    listed = next(line for line in makefile.splitlines() if line.startswith("COMPILED :="))
    sources = {f"src/{name.replace('.', '/')}.py" for name in compiled_modules()}
    assert set(listed.split()[2:]) == sources
    assert all((PROJECT / source).with_suffix(".pyi").exists() for source in sources)


def test_plain_modules_say_the_same(tmp_path: Path) -> None:
    """All golden texts, cleaned by the installed package and by its sources as plain Python."""
    assert IS_COMPILED
    shutil.copytree(PROJECT / "src" / "cleaner", tmp_path / "cleaner", ignore=shutil.ignore_patterns("*.so", "*.pyd"))
    shutil.copytree(PROJECT / "rules", tmp_path / "cleaner" / "packs", dirs_exist_ok=True)
    texts = [path.read_bytes().decode("utf-8", "replace") for path in sorted((PROJECT / "golden").rglob("*.txt"))]
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", PLAIN_RUN, tmp_path / "texts.jsonl", *compiled_modules()],
        env={"PYTHONPATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not run.returncode, run.stderr
    cleaner = Cleaner()
    lines = run.stdout.splitlines()
    assert len(lines) == len(texts) > 100
    for text, line in zip(texts, lines, strict=True):
        cleaned, seen = cleaner.clean(text), scan(encode(text))
        wanted = [cleaned.text, repr(cleaned.edits), repr([seen.table, seen.folded, seen.hashes, seen.odd])]
        assert json.loads(line) == wanted
