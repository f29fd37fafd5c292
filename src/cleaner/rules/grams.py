"""Which four bytes of a literal to look for: those that stand in few places of texts.

A literal is found by one gram of it, hashed, so what a gram costs is how often texts have any gram of that hash.  Grams
that other literals are found by already cost next to nothing more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache

GRAM = 4  # bytes
HASH_BITS = 15
_FACTOR = 0x1E35A7BD  # Brotli's `kHashMul32`

_CROWDED = 16  # literals under the same gram, from which on others are looked for
_SHARED = 0.1  # the part of its cost at which a gram that other literals have is taken


def hash_gram(gram: bytes) -> int:
    """The hash of the gram, of as many bits as `HASH_BITS` says; one that is shorter is as if zeros followed."""
    return (int.from_bytes(gram, "little") * _FACTOR & 0xFFFFFFFF) >> (32 - HASH_BITS)


def choose_grams(choices: Sequence[Sequence[bytes]]) -> list[bytes]:
    """One gram of each of the choices, so that texts have few of them in all; none of the choices is empty.

    >>> choose_grams([[b" you", b"outh"], [b" wit", b"with", b"ith!"]])
    [b'outh', b'ith!']
    """
    costs = {gram: _cost(gram) for choice in choices for gram in choice}
    cheapest = [min(map(costs.__getitem__, choice)) for choice in choices]
    taken: Counter[bytes] = Counter()
    chosen = [b""] * len(choices)
    for index in sorted(range(len(choices)), key=lambda index: -cheapest[index]):  # who has no choice comes first
        gram = min(
            choices[index],
            key=lambda gram: (taken[gram] >= _CROWDED, costs[gram] * (_SHARED if taken[gram] else 1), gram),
        )
        taken[gram] += 1
        chosen[index] = gram
    return chosen


def _cost(gram: bytes) -> float:
    """How often texts have a gram of this hash, by guess: as frequent words do, and if none does, as its bytes say."""
    return 1_000 * _weights().get(hash_gram(gram), 0) + 0.9 ** rarity(gram)


@cache
def _weights() -> dict[int, float]:
    """How often frequent words have a gram of each hash; the nth word stands once where the first stands n times."""
    weights: defaultdict[int, float] = defaultdict(float)
    for rank, word in enumerate(_WORDS.encode().split(), start=1):
        spaced = b" " + word + b" "
        for at in range(len(spaced) - GRAM + 1):
            weights[hash_gram(spaced[at : at + GRAM])] += 1 / rank
    return weights


def rarity(gram: bytes) -> int:
    """How rare the bytes are in English text: the sum of their ranks."""
    return sum(len(_BYTES) if byte not in _BYTES else _BYTES.index(byte) for byte in gram)


# The bytes of English text, the most frequent first.
_BYTES = b" etaoinshrdlucmfwygpbvkxqjz"

# The words of 1.9 million in the longer lines of English pages, the most frequent first.
_WORDS = """
the and to of in for you is your with that on or it are can this as be from if an by have more at not we but
will they all like their our one use data when also time it's so these how which up about has may new what was
other some out most get into than need just its while make them do best help my any ai only work business no
there through service using you're based such over many want well home services even each should who where see
don't experience first project way high information used been people every app set without then content find
different tools before because example us take those social design marketing free learning including after
online good both would real company long top management health you'll code team right offer insurance could
process were features much value software performance now quality create cost provide product same often needs
support might system year go two build day here great full between better start media offers across state
years still small look know include products user tax keep making back specific learn companies had security
list name model digital however platform whether access available video very own type systems around being
options life world development important that's training off plan easy students return control end function
items per users must me down technology run less file price too add level businesses de cloud key does really
website machine think check during next review market few apps industry research things moving coffee customer
range google costs group program ensure part always built makes professional web something self once sure
mobile looking light made change everything another results course within personal models option feel low am
number building projects working read customers
"""
