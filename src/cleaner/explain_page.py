"""An explanation as one HTML page that needs nothing beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

import regex

from cleaner.explain import Explained, Verdict

_STYLE = """
:root { color-scheme: light dark; --quiet: #777; --removed: #c22; --changed: #a60; --repaired: #087; }
@media (prefers-color-scheme: dark) { :root { --quiet: #999; --removed: #f77; --changed: #fb5; --repaired: #5db; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
td { padding: .15rem .6rem; vertical-align: top; overflow-wrap: anywhere; }
td:first-child, td:nth-child(2) { color: var(--quiet); white-space: nowrap; overflow-wrap: normal; }
td:first-child { text-align: right; }
pre { font: inherit; margin: 0; white-space: pre-wrap; }
small { display: block; color: var(--quiet); }
del { color: var(--removed); }
.replaced del, .changed del, .changed td:nth-child(2), .replaced td:nth-child(2) { color: var(--changed); }
.repaired td:nth-child(2) { color: var(--repaired); }
.removed td:nth-child(2) { color: var(--removed); }
ins { text-decoration: none; font-weight: 500; }
"""

# What HTML can't hold, or shows as nothing.
_UNSHOWN = regex.compile(r"[\p{Cc}\p{Cs}--\t]", regex.VERSION1)


def explain_page(name: str, lines: Sequence[Explained]) -> str:
    """The page: a table of the lines, what stands there now, and under each the rule and its reason."""
    counts = Counter(line.verdict for line in lines)
    summary = ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in Verdict if counts[verdict]) or "no lines"
    rows = "\n".join(_row(line) for line in lines)
    return (
        f'<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_shown(name)}: what was removed and why</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{_shown(name)}</h1>\n<p>{summary}</p>\n<table>\n{rows}\n</table>\n</body>\n</html>\n"
    )


def _row(line: Explained) -> str:
    kind = line.verdict.split()[0]
    cells = "".join(_texts(line)) + "".join(f"<small>{reason}</small>" for reason in _reasons(line))
    return f'<tr class="{kind}" id="L{line.line}"><td>{line.line}</td><td>{line.verdict}</td><td>{cells}</td></tr>'


def _texts(line: Explained) -> Iterator[str]:
    """The line as it was and as it is; once, where nobody sees the difference."""
    text = _shown(line.text)
    if line.after is None:
        yield f'<pre dir="auto"><del>{text}</del></pre>'
    elif line.after.rstrip() == line.text.rstrip():
        yield f'<pre dir="auto">{text}</pre>'
    else:
        yield f'<pre dir="auto"><del>{text}</del></pre><pre dir="auto"><ins>{_shown(line.after)}</ins></pre>'


def _reasons(line: Explained) -> Iterator[str]:
    if line.rule and line.text.strip():
        yield f"<code>{_shown(line.rule)}</code> {_shown(line.why)}"
    for voice in line.others:
        yield f"also <code>{_shown(voice.rule)}</code> {_shown(voice.why)}"
    if line.why_not is not None:
        asked = "why" if line.why_not.acts else "why not"
        yield f"{asked} <code>{_shown(line.why_not.rule)}</code>: {_shown(line.why_not.finding)}"


def _shown(text: str) -> str:
    """The text, escaped, with its control characters written out."""
    return escape(_UNSHOWN.sub(lambda match: ascii(match.group())[1:-1], text))
