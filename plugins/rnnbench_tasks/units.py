"""What a text is cut into for language modelling: words, characters or byte pairs.

Each unit turns a normalised line into pieces: token ids, whether each begins a word, and how many bytes of the text
it covers. The bytes of a blank belong to the word after it. Example, units of words::

    text    the cat sat .
    ids      4   7   9  2
    begins   1   1   1  1
    bytes    3   4   4  2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from rnnbench import UNKNOWN, fit_vocabulary, index_of
from rnnbench_tasks import byte_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rnnbench import Encoding

Units = Literal["words", "characters", "bpe"]

END = "<eos>"


class Pieces(NamedTuple):
    """The tokens of a line: equally long lists."""

    ids: list[int]
    begins: list[bool]
    sizes: list[int]


def fitted(units: Units, lines: Sequence[str], size: int | None, minimum_count: int) -> dict[str, Any]:
    """An encoding: ``size`` of the vocabulary, the id of the line ``end``, and what :func:`cutter` needs."""
    if units == "bpe":
        room = (size or byte_pairs.DEFAULT_SIZE) - 1  # one is the line end's
        tokenizer = byte_pairs.trained(lines, room, minimum_count)
        learned = byte_pairs.load(tokenizer).get_vocab_size()
        return {"units": units, "tokenizer": tokenizer, "size": learned + 1, "end": learned}
    tokens: Iterable[str] = (token for line in lines for token in (line.split() if units == "words" else line))
    vocabulary = fit_vocabulary(tokens, size, minimum_count, (UNKNOWN, END))
    return {"units": units, "vocabulary": vocabulary, "size": len(vocabulary), "end": vocabulary.index(END)}


def cutter(encoding: Encoding) -> Callable[[str], Pieces]:
    """The function from a normalised line to its pieces, without the line end."""
    if encoding["units"] == "bpe":
        return _byte_pair_cutter(encoding["tokenizer"])
    ids = index_of(encoding["vocabulary"])
    unknown = ids[UNKNOWN]

    def words(line: str) -> Pieces:
        found = line.split()
        sizes = [len(word.encode()) + 1 for word in found]
        if sizes:
            sizes[0] -= 1
        return Pieces([ids.get(word, unknown) for word in found], [True] * len(found), sizes)

    def characters(line: str) -> Pieces:
        begins = [after != " " and before == " " for before, after in zip(" " + line, line, strict=False)]
        return Pieces([ids.get(one, unknown) for one in line], begins, [len(one.encode()) for one in line])

    return words if encoding["units"] == "words" else characters


def _byte_pair_cutter(text: str) -> Callable[[str], Pieces]:
    tokenizer = byte_pairs.load(text)
    numbers = tokenizer.get_vocab()
    spelling = sorted(numbers, key=lambda token: numbers[token])
    has_blank = [token.startswith(byte_pairs.BLANK) for token in spelling]
    size = [len(token) for token in spelling]

    def byte_pieces(line: str) -> Pieces:
        ids = tokenizer.encode(line).ids
        begins = [position == 0 or has_blank[number] for position, number in enumerate(ids)]
        return Pieces(ids, begins, [size[number] for number in ids])

    return byte_pieces
