"""Likelihood of music, from sums over pieces. ``nll`` is in nats."""

from rnnbench import ItemMetric, find_formula


class FrameNLL(ItemMetric):
    """Sum of nll / frames: all keys of a frame together, all frames of all pieces alike."""

    _formula = find_formula("nll-per-frame", ("nll", "frames"))
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)
