"""Compiles the one module that looks at every character, `cleaner/scan.py`; without a C compiler it stays Python."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODULE = "src/cleaner/scan.py"


class CompileHook(BuildHookInterface[Any]):
    """Puts the compiled module beside its source, and into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; a failure is told and the source takes over, which is slower and says the same."""
        if self.target_name != "wheel":
            return
        try:
            compiled = compile_module(Path(self.root))
        except Exception as error:
            print(f"cleaner: no compiled core ({error}); cleaning will take five times as long", file=sys.stderr)
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        if version != "editable":
            build_data["force_include"][str(compiled)] = f"cleaner/{compiled.name}"


def compile_module(root: Path) -> Path:
    """The compiled module, placed beside its source."""
    from Cython.Build import cythonize  # noqa: PLC0415
    from setuptools import Distribution, Extension  # noqa: PLC0415
    from setuptools.command.build_ext import build_ext  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as scratch:
        extension = Extension("cleaner.scan", [str(root / MODULE)], extra_compile_args=["-O3"])
        modules = cythonize([extension], build_dir=scratch, quiet=True, compiler_directives={"language_level": 3})
        command = build_ext(Distribution({"ext_modules": modules}))
        command.build_lib, command.build_temp = scratch, scratch
        command.ensure_finalized()
        command.run()
        built = Path(command.get_ext_fullpath("cleaner.scan"))
        place = root / "src" / "cleaner" / built.name
        place.unlink(missing_ok=True)
        place.write_bytes(built.read_bytes())
        place.chmod(0o755)
    return place
