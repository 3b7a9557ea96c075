"""Likelihood of a text, by the unit that it is shared among. ``nll`` is in nats."""

from rnnbench import ItemMetric, find_formula


class Perplexity(ItemMetric, formula=find_formula("perplexity", ("nll", "words"))):
    """exp(sum of nll / words). A line end counts as a word, so units of any size are comparable."""


class CharacterPerplexity(ItemMetric, formula=find_formula("character-perplexity", ("nll", "tokens"))):
    """exp(sum of nll / characters), where every token is a character or a line end."""


class BitsPerByte(ItemMetric, formula=find_formula("bits-per-byte", ("nll", "bytes"))):
    """Sum of nll in bits / UTF-8 bytes of the text, line ends included: free of any tokenisation."""
