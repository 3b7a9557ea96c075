"""Likelihood of music, from sums over pieces. ``nll`` is in nats."""

from rnnbench import ItemMetric, find_formula


class FrameNLL(ItemMetric, formula=find_formula("nll-per-frame", ("nll", "frames"))):
    """Sum of nll / frames: all keys of a frame together, all frames of all pieces alike."""
