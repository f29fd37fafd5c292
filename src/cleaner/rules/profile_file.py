"""Profiles as their files have them: YAML -> `Profile`."""

from __future__ import annotations

from cleaner.rules.files import RuleFile
from cleaner.rules.kinds import Key, Many, Table, Text
from cleaner.rules.nodes import INVALID, Reader, compose_yaml
from cleaner.rules.problems import PackError
from cleaner.rules.profile import Profile

PROFILE = {
    "profile": Key(Text(), "name of the profile, that of its file", required=True),
    "why": Key(Text(), "what the profile is for", required=True),
    "packs": Key(Many(Text()), "globs of pack names", required=True),
    "off": Key(Many(Text()), "categories, packs or rules that are off"),
}


def read_profile(file: RuleFile) -> Profile:
    """The profile in the file; raises `PackError` with its problems."""
    reader = Reader(file.name)
    node = compose_yaml(file.content, reader)
    name = file.path.stem
    table = Table(
        PROFILE, lambda **values: Profile(name, values["why"], values["packs"], values.get("off", ())), "a profile"
    )
    profile = table.read(node, reader) if node is not None else INVALID
    if reader.problems:
        raise PackError(reader.problems)
    assert isinstance(profile, Profile)
    return profile
