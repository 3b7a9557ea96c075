"""Right tags, from sums over sentences, in per cent."""

from rnnbench import ItemMetric, find_formula

_TAGS = ("right", "tokens")


class TokenAccuracy(ItemMetric, formula=find_formula("token-accuracy", _TAGS)):
    """Share of tokens whose tag is the right one."""


class SentenceAccuracy(ItemMetric, formula=find_formula("sentence-accuracy", _TAGS)):
    """Share of sentences without a wrong tag."""
