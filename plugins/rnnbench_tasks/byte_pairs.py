"""Byte-pair encoding over UTF-8 bytes (Sennrich et al. 2016), so that no text is out of vocabulary.

A token is written in the byte-level alphabet, one character for each byte, a blank as ``Ġ``. Special tokens are the
task's: the tokenizer knows none, so that no text can spell one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

if TYPE_CHECKING:
    from collections.abc import Iterable

BLANK = "Ġ"
DEFAULT_SIZE = 4000
BYTES = 256


def trained(texts: Iterable[str], size: int, minimum_count: int) -> str:
    """A tokenizer of at most ``size`` tokens, learned from these texts, as JSON: the same texts, the same JSON.

    Raises:
        ValueError: ``size`` has no room for all bytes.
    """
    if size < BYTES:
        raise ValueError(f"vocabulary: byte-pair encoding needs room for {BYTES} bytes, got {size}")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=minimum_count,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return str(tokenizer.to_str())


def load(text: str) -> Tokenizer:
    """The tokenizer of :func:`trained`'s JSON."""
    return Tokenizer.from_str(text)
