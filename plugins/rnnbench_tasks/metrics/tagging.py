"""Right tags, from sums over sentences, in per cent."""

from rnnbench import ItemMetric, find_formula

_TAGS = ("right", "tokens")


class TokenAccuracy(ItemMetric):
    """Share of tokens whose tag is the right one."""

    _formula = find_formula("token-accuracy", _TAGS)
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)


class SentenceAccuracy(ItemMetric):
    """Share of sentences without a wrong tag."""

    _formula = find_formula("sentence-accuracy", _TAGS)
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)
