"""Likelihood of a text, by the unit that it is shared among. ``nll`` is in nats."""

from rnnbench import ItemMetric, find_formula


class Perplexity(ItemMetric):
    """exp(sum of nll / words). A line end counts as a word, so units of any size are comparable."""

    _formula = find_formula("perplexity", ("nll", "words"))
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)


class CharacterPerplexity(ItemMetric):
    """exp(sum of nll / characters), where every token is a character or a line end."""

    _formula = find_formula("character-perplexity", ("nll", "tokens"))
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)


class BitsPerByte(ItemMetric):
    """Sum of nll in bits / UTF-8 bytes of the text, line ends included: free of any tokenisation."""

    _formula = find_formula("bits-per-byte", ("nll", "bytes"))
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)
