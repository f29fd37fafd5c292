"""A corpus that must lose nothing: findings, known exceptions, stale ones, documents that fail."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cleaner import Cleaner
from cleaner.dump.inputs import Inputs
from cleaner.rules.keep import compare_losses, find_losses, read_known
from conftest import LINE_RULE, PROSE, RAW, Command, write_tree

# Invented texts of many kinds, with lines that look like boilerplate; what the shipped rules take of them all the same.
CORPUS = Path(__file__).parent / "keep"
FOUND = "Leave a Reply"
STALE = f"known: stale: sub/b.txt: {LINE_RULE}: {FOUND}"
LOST = f"sub/b.txt:3: {LINE_RULE}: {FOUND}"


def entry(**changes: str) -> bytes:
    known = {"file": "sub/b.txt", "rule": LINE_RULE, "text": FOUND, "because": "a story about replies"}
    return msgspec.json.encode(known | changes) + b"\n"


# Files of the corpus, the ledger, and what comes of it: status, a line that is told, the counts.
CORPORA = {
    "nothing lost": ({"a.txt": PROSE}, b"", 0, "", "0 removals, 0 known, 0 stale"),
    "repairs are no loss": ({"a.txt": PROSE.replace(" ", "\N{NO-BREAK SPACE}  ")}, b"", 0, "", "0 removals"),
    "a line lost": ({"a.txt": PROSE, "sub/b.txt": RAW}, b"", 1, LOST, "1 removals, 0 known, 0 stale"),
    "a known loss": ({"a.txt": PROSE, "sub/b.txt": RAW}, entry(), 0, "", "0 removals, 1 known, 0 stale"),
    "stale": ({"a.txt": PROSE}, entry(), 1, STALE, "0 removals, 0 known, 1"),
    "a record": (
        {"a.jsonl": msgspec.json.encode({"id": "r7", "text": RAW}) + b"\n"},
        b"",
        1,
        f"r7:3: {LINE_RULE}: {FOUND}",
        "1 removals",
    ),
}


@pytest.mark.parametrize(("files", "ledger", "status", "told", "counts"), CORPORA.values(), ids=CORPORA)
def test_what_a_corpus_loses(
    files: dict[str, str | bytes], ledger: bytes, status: int, told: str, counts: str, tmp_path: Path, run: Command
) -> None:
    write_tree(tmp_path, {f"texts/{name}": content for name, content in files.items()} | {"known": ledger})
    done = run("rules", "test", "--keep-corpus", "texts", "--known", "known")
    assert (done.status, done.err) == (status, "")
    *findings, last = done.out.splitlines()
    assert findings == ([told] if told else [])
    assert last.startswith(counts)


def test_one_entry_covers_one_file_rule_and_text(tmp_path: Path, run: Command) -> None:
    known = entry(file="a.txt") + entry(text="Reply")
    write_tree(tmp_path, {"texts/a.txt": PROSE, "texts/sub/b.txt": RAW, "known": known})
    done = run("rules", "test", "--keep-corpus", "texts", "--known", "known")
    assert (done.status, done.out.splitlines()[-1]) == (1, "1 removals, 0 known, 2 stale")


def test_only_the_rules_that_are_named_count(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"texts/sub/b.txt": RAW, "known": entry()})
    for known in ([], ["--known", "known"]):
        done = run("rules", "test", "en/tags/*", "--keep-corpus", "texts", *known)
        assert (done.status, done.out) == (0, "0 removals, 0 known, 0 stale\n")


def test_a_document_that_fails_is_told_and_the_rest_is_tested(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"texts/a.txt": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "texts/sub/b.txt": PROSE})
    done = run("rules", "test", "--keep-corpus", "texts")
    assert (done.status, done.out) == (3, "0 removals, 0 known, 0 stale\n")
    assert "a.txt: no text" in done.err


REFUSED = {
    "a ledger without a corpus": (["--known", "known"], "--known goes with --keep-corpus"),
    "a corpus that is not there": (["--keep-corpus", "gone"], "gone: no such file or folder"),
    "a ledger that is not there": (["--keep-corpus", "texts", "--known", "gone"], "gone: can't be read"),
    "a ledger with a line that is none": (["--keep-corpus", "texts", "--known", "known"], "known:2: "),
    "two tests at once": (["--mutate", "--keep-corpus", "texts"], "two tests"),
}


@pytest.mark.parametrize(("arguments", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(arguments: list[str], told: str, tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"texts/a.txt": PROSE, "known": entry() + b'{"file": "a.txt"}\n'})
    done = run("rules", "test", *arguments)
    assert (done.status, told in done.err) == (2, True), done.err


def test_the_shipped_rules_lose_nothing() -> None:
    """A loss that nobody knew of is a finding, and so is a known one that is no more: take it out of the ledger."""
    losses = compare_losses(find_losses(Cleaner(), Inputs([str(CORPUS / "texts")])), read_known(CORPUS / "known.jsonl"))
    assert [*losses.new, *losses.failures, *losses.stale] == []


def test_the_corpus_is_of_many_kinds() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (CORPUS / "texts").rglob("*.txt")]
    kinds = {path.parent.name for path in (CORPUS / "texts").rglob("*.txt")}
    assert len(kinds) >= 10
    assert sum(len(text.split()) >= 60 for text in texts) >= 60
    assert len(set(texts)) == len(texts)
