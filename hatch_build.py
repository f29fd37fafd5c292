"""Compiles the modules that look at every character or at every line; without a C compiler they stay Python."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODULES = (
    "cleaner.dump.json_reader",
    "cleaner.dump.json_writer",
    "cleaner.folded_lines",
    "cleaner.layer",
    "cleaner.line",
    "cleaner.repeats",
    "cleaner.rules.conditions",
    "cleaner.rules.known_phrases",
    "cleaner.rules.needs",
    "cleaner.rules.pattern_dfa",
    "cleaner.rules.screen",
    "cleaner.scan",
    "cleaner.utf8",
)


class CompileHook(BuildHookInterface[Any]):
    """Puts the compiled modules beside their sources, and into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; a failure is told and the source takes over, which is slower and says the same."""
        if self.target_name != "wheel":
            return
        try:
            compiled = compile_modules(Path(self.root))
        except Exception as error:
            print(f"cleaner: no compiled core ({error}); cleaning will take some sixty times as long", file=sys.stderr)
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        if version != "editable":
            source = Path(self.root, "src")
            build_data["force_include"].update({str(path): str(path.relative_to(source)) for path in compiled})


def compile_modules(root: Path) -> list[Path]:
    """The compiled modules, each placed beside its source."""
    from Cython.Build import cythonize  # noqa: PLC0415
    from setuptools import Distribution, Extension  # noqa: PLC0415
    from setuptools.command.build_ext import build_ext  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as scratch:
        extensions = [
            Extension(name, [str(root / "src" / name.replace(".", "/")) + ".py"], extra_compile_args=["-O3"])
            for name in MODULES
        ]
        modules = cythonize(extensions, build_dir=scratch, quiet=True, compiler_directives={"language_level": 3})
        command = build_ext(Distribution({"ext_modules": modules}))
        command.build_lib, command.build_temp = scratch, scratch
        command.ensure_finalized()
        command.parallel = os.cpu_count()
        command.run()
        return [_place(Path(command.get_ext_fullpath(name)), root / "src" / name.replace(".", "/")) for name in MODULES]


def _place(built: Path, module: Path) -> Path:
    place = module.parent / built.name
    place.unlink(missing_ok=True)
    place.write_bytes(built.read_bytes())
    place.chmod(0o755)
    return place
