"""The rule language as JSON Schema (draft 2020-12), built from the tables that the loader reads with.

Editors complete keys and mark mistakes with it: `rules/schema.json` is this schema, and the first line of each pack
names it.  It knows keys, types and which keys belong together.  What it can't know (ids that stand twice, patterns
that do not compile, examples that come out otherwise) the loader tells.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec

from cleaner.rules.keys import (
    CONTEXT_KEYS,
    DUPLICATE,
    EXAMPLE,
    LINE_KEYS,
    NEIGHBOUR,
    RANGE,
    RULE_KEYS,
    TAKE,
    UNLESS,
    WHERE,
)
from cleaner.rules.kinds import Amount, Kind, Many, Pattern, Phrase, Phrases, Table, Text
from cleaner.rules.overrides import OVERRIDES
from cleaner.rules.packs import PACK

_RULE = Table(RULE_KEYS, dict, "a rule")

# What many keys share, by the name of its definition; a part stands before the parts that it is made of.
_SHARED: dict[str, Kind] = {
    "rule": _RULE,
    "exception": UNLESS,
    "exceptions": RULE_KEYS["unless"].kind,
    "example": EXAMPLE,
    "neighbour": NEIGHBOUR,
    "test": LINE_KEYS["not"].kind,
    "take": TAKE,
    "repeats": DUPLICATE,
    "place": WHERE,
    "lines": CONTEXT_KEYS["above"].kind,
    "range": RANGE,
    "amount": Amount(),
    "patterns": Many(Pattern()),
    "phrases": Phrases(),
    "phrase": Phrase(),
    "texts": Many(Text()),
    "text": Text(),
}

# A value of one key, and the key that must stand beside it and nowhere else.
_PAIRS = (
    ("scope", "block", "take"),
    ("scope", "duplicate", "repeats"),
    ("action", "replace", "with"),
    ("action", "score", "score"),
)

_SAYS_SOMETHING = r"\S"
_EXAMPLE_LINE = r"([-=+]( [^\n]*)?)?"
_DIFF = rf"^{_EXAMPLE_LINE}(\n{_EXAMPLE_LINE})*$"
_LIST_NAME = "^[a-z][a-z0-9-]*$"


def rule_schema() -> dict[str, Any]:
    """The schema of a file of rules: a pack, or overrides."""
    whole = {name: kind.schema() for name, kind in _SHARED.items()}
    parts = {name: _shared(body, whole, but=name) for name, body in whole.items()}
    parts["pack"] = _shared(PACK.schema(), whole)
    parts["overrides"] = _shared(OVERRIDES.schema(), whole)
    _tighten(parts)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules of cleaner",
        "description": "One file: a pack of rules, or overrides of rules.",
        "oneOf": [{"$ref": "#/$defs/pack"}, {"$ref": "#/$defs/overrides"}],
        "$defs": {name: parts[name] for name in sorted(parts)},
    }


def schema_json() -> str:
    """The schema as it is printed and shipped."""
    return msgspec.json.format(msgspec.json.encode(rule_schema()), indent=2).decode() + "\n"


def _shared(part: Any, whole: dict[str, dict[str, Any]], *, but: str = "") -> Any:
    """The part with a reference wherever a shared one stands in it, `but` itself apart; descriptions stay."""
    if isinstance(part, list):
        return [_shared(value, whole) for value in part]
    if not isinstance(part, dict):
        return part
    bare = _bare(part)
    for name, body in whole.items():
        if name != but and bare == _bare(body):
            description = {"description": part["description"]} if "description" in part else {}
            return {"$ref": f"#/$defs/{name}"} | description
    return {key: _shared(value, whole) for key, value in part.items()}


def _bare(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != "description"}


def _tighten(parts: dict[str, Any]) -> None:
    """Add what the loader asks of values beyond the types of their keys."""
    rule, pack, example = parts["rule"], parts["pack"], parts["example"]
    rule["properties"]["with"] = deepcopy(parts["text"]) | {"minLength": 1} | _description(rule, "with")
    parts["text"]["pattern"] = _SAYS_SOMETHING
    parts["phrase"]["pattern"] = _SAYS_SOMETHING
    parts["patterns"]["oneOf"][0] |= {"minLength": 1}
    rule["allOf"] = [_belong_together(*pair) for pair in _PAIRS]
    example["oneOf"][0] |= {"pattern": _DIFF, "minLength": 1}
    text = example["oneOf"][1]["properties"]["text"]
    example["oneOf"][1]["properties"]["text"] = example["oneOf"][0] | {"description": text["description"]}
    parts["take"]["minProperties"] = 1
    pack["anyOf"] = [{"required": ["rules"]}, {"required": ["lists"]}]
    pack["properties"]["lists"]["propertyNames"] = {"pattern": _LIST_NAME}
    one, many = parts["overrides"]["properties"]["overrides"]["oneOf"]
    changes = {"anyOf": [{"required": [key]} for key in ("off", "set", "append", "unless")]}
    named = {"oneOf": [{"required": ["rule"]}, *({"required": [key, "off"]} for key in ("pack", "category"))]}
    one["allOf"] = [named, changes]
    many["items"] = deepcopy(one)
    parts["override"] = one
    parts["overrides"]["properties"]["overrides"]["oneOf"] = [
        {"$ref": "#/$defs/override"},
        {"type": "array", "items": {"$ref": "#/$defs/override"}, "minItems": 1},
    ]


def _description(table: dict[str, Any], key: str) -> dict[str, str]:
    return {"description": table["properties"][key]["description"]}


def _belong_together(key: str, value: str, other: str) -> dict[str, Any]:
    return {
        "if": {"properties": {key: {"const": value}}, "required": [key]},
        "then": {"required": [other]},
        "else": {"properties": {other: False}},
    }
