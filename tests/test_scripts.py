"""Rules match as a reader expects, in every script: phrases by their folding, patterns by theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner import Cleaner, Selection
from cleaner.fold import fold_phrase

SAME = {
    "turkish dotted capital": ("haber\N{LATIN SMALL LETTER I}m", "HABER\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}M"),
    "turkish dotless small": ("ayr\N{LATIN SMALL LETTER DOTLESS I}ca", "AYRICA"),
    "turkish dotless written dotted": ("ayr\N{LATIN SMALL LETTER DOTLESS I}ca", "ayrica"),
    "sharp s": ("gro\N{LATIN SMALL LETTER SHARP S}", "GROSS"),
    "capital sharp s": ("gross", "GRO\N{LATIN CAPITAL LETTER SHARP S}"),
    "final sigma": (
        "\N{GREEK SMALL LETTER SIGMA}\N{GREEK SMALL LETTER FINAL SIGMA}",
        "\N{GREEK CAPITAL LETTER SIGMA}\N{GREEK CAPITAL LETTER SIGMA}",
    ),
    "decomposed accent": ("caf\N{LATIN SMALL LETTER E WITH ACUTE}", "cafe\N{COMBINING ACUTE ACCENT}"),
    "full-width letters": (
        "menu",
        "\N{FULLWIDTH LATIN CAPITAL LETTER M}\N{FULLWIDTH LATIN SMALL LETTER E}"
        "\N{FULLWIDTH LATIN SMALL LETTER N}\N{FULLWIDTH LATIN SMALL LETTER U}",
    ),
    "ligature": ("file", "\N{LATIN SMALL LIGATURE FI}le"),
    "kelvin sign": ("kelvin", "\N{KELVIN SIGN}elvin"),
    "long s": ("haus", "hau\N{LATIN SMALL LETTER LONG S}"),
    "arabic vowel marks": (
        "\N{ARABIC LETTER ALEF}\N{ARABIC LETTER QAF}\N{ARABIC LETTER REH}",
        "\N{ARABIC LETTER ALEF}\N{ARABIC LETTER QAF}\N{ARABIC FATHA}\N{ARABIC LETTER REH}\N{ARABIC SUKUN}",
    ),
    "arabic stretched": (
        "\N{ARABIC LETTER BEH}\N{ARABIC LETTER YEH}",
        "\N{ARABIC LETTER BEH}\N{ARABIC TATWEEL}\N{ARABIC TATWEEL}\N{ARABIC LETTER YEH}",
    ),
    "devanagari nukta": (
        "\N{DEVANAGARI LETTER QA}",
        "\N{DEVANAGARI LETTER KA}\N{DEVANAGARI SIGN NUKTA}",
    ),
    "persian joiner": (
        "\N{ARABIC LETTER MEEM}\N{ARABIC LETTER FARSI YEH}\N{ARABIC LETTER REH}",
        "\N{ARABIC LETTER MEEM}\N{ARABIC LETTER FARSI YEH}\N{ZERO WIDTH NON-JOINER}\N{ARABIC LETTER REH}",
    ),
    "soft hyphen": ("newsletter", "news\N{SOFT HYPHEN}letter"),
    "no-break space": ("read also", "Read\N{NO-BREAK SPACE}also"),
}

DIFFERENT = {
    "devanagari vowel sign": (
        "\N{DEVANAGARI LETTER KA}\N{DEVANAGARI VOWEL SIGN AA}",
        "\N{DEVANAGARI LETTER KA}\N{DEVANAGARI VOWEL SIGN I}",
    ),
    "devanagari vowel sign or none": (
        "\N{DEVANAGARI LETTER KA}",
        "\N{DEVANAGARI LETTER KA}\N{DEVANAGARI VOWEL SIGN AA}",
    ),
    "accent or none": ("resume", "r\N{LATIN SMALL LETTER E WITH ACUTE}sum\N{LATIN SMALL LETTER E WITH ACUTE}"),
    "arabic letters with other dots": ("\N{ARABIC LETTER BEH}", "\N{ARABIC LETTER TEH}"),
    "umlaut or none": ("schon", "sch\N{LATIN SMALL LETTER O WITH DIAERESIS}n"),
    "cyrillic look-alike": ("a", "\N{CYRILLIC SMALL LETTER A}"),
}


def removes(tmp_path: Path, rule: str, line: str) -> bool:
    path = tmp_path / "t.yaml"
    path.write_text(
        "pack: t\nrules:\n  - id: a\n    rev: 1\n    why: a label\n    category: promo\n    scope: line\n"
        f"    {rule}\n    examples: ['- x', '= y']\n",
        encoding="utf-8",
    )
    cleaner = Cleaner(rules=path, selection=Selection(only=("t",)))
    return cleaner.clean(f"The end.\n\n{line}\n").text == "The end.\n"


@pytest.mark.parametrize(("phrase", "line"), SAME.values(), ids=SAME)
def test_phrases_match_what_reads_the_same(phrase: str, line: str, tmp_path: Path) -> None:
    assert fold_phrase(phrase) == fold_phrase(line)
    assert removes(tmp_path, f"phrases: ['{phrase}']", line)
    assert removes(tmp_path, f"phrases: ['{line}']", phrase)


@pytest.mark.parametrize(("phrase", "line"), DIFFERENT.values(), ids=DIFFERENT)
def test_phrases_do_not_match_what_reads_otherwise(phrase: str, line: str, tmp_path: Path) -> None:
    assert not removes(tmp_path, f"phrases: ['{phrase}']", line)


PATTERNS = [
    "turkish dotted capital",
    "turkish dotless small",
    "sharp s",
    "final sigma",
    "decomposed accent",
    "full-width letters",
    "kelvin sign",
    "long s",
    "devanagari nukta",
    "no-break space",
]


@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_match_what_reads_the_same(name: str, tmp_path: Path) -> None:
    pattern, line = SAME[name]
    assert removes(tmp_path, f"pattern: '{pattern}'", line)


@pytest.mark.parametrize(("pattern", "line"), DIFFERENT.values(), ids=DIFFERENT)
def test_patterns_do_not_match_what_reads_otherwise(pattern: str, line: str, tmp_path: Path) -> None:
    assert not removes(tmp_path, f"pattern: '{pattern}'", line)
