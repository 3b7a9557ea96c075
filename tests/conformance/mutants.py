"""One plugin for every law that breaks it: each is sound but for the line that its docstring names."""

# ruff: noqa: NPY002  the streams that nobody should use, and classes written as a plugin author may write them

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from rnnbench import Batch, Dataset, Family, Knob, LabelledText, Metric, Model, Role, Split
from rnnbench_tasks.sentiment import Sentiment

# Models


@dataclass(frozen=True, kw_only=True)
class Sound(Model):
    """A GRU: it keeps all laws."""

    name = "sound"
    paper = "Cho et al. 2014"
    family = Family.RECURRENT
    roles = frozenset({Role.CAUSAL})

    width: int = 8

    def build(self, role):
        return SoundCore(self.width)


class SoundCore(nn.GRU):
    def __init__(self, width):
        super().__init__(width, width, batch_first=True)


@dataclass(frozen=True, kw_only=True)
class SoundSeq2Seq(Model):
    """A packed GRU whose summary is added to the decoder's inputs: it keeps all laws."""

    name = "sound-seq2seq"
    paper = "Cho et al. 2014"
    family = Family.RECURRENT
    roles = frozenset({Role.SEQ2SEQ})

    width: int = 8

    def build(self, role):
        return SoundDecoder(self.width)


@dataclass(frozen=True, kw_only=True)
class SoundEncoding(SoundSeq2Seq):
    """Its encoder alone."""

    roles = frozenset({Role.ENCODER})

    def build(self, role):
        return SoundEncoder(self.width)


class SoundEncoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gru = nn.GRU(width, width, batch_first=True)

    def forward(self, x, lengths):
        y, _ = self.gru(x)
        return y, y[torch.arange(len(y)), lengths - 1]


class SoundDecoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.encoder = SoundEncoder(width)
        self.decoder = nn.GRU(width, width, batch_first=True)

    def encode(self, x, lengths):
        return self.encoder(x, lengths)[1]

    def decode(self, y, memory, state=None):
        return self.decoder(y + memory[:, None], state)


def core(forward, base=Sound, parent=SoundCore):
    """A model whose core runs another ``forward``."""
    changed = type("MutantCore", (parent,), {"forward": forward})
    return type("Mutant", (base,), {"build": lambda self, role: changed(self.width)})()


def built(build, base=Sound):
    """A model that builds otherwise."""
    return type("Mutant", (base,), {"build": build})()


def wrong_shape(self, x, state=None):
    y, state = SoundCore.forward(self, x, state)
    return y.transpose(0, 1), state


def sees_the_next_step(self, x, state=None):
    return SoundCore.forward(self, x + 0.1 * x.roll(-1, 1), state)


def forgets_the_state(self, x, state=None):
    return SoundCore.forward(self, x)


def reads_single_steps_otherwise(self, x, state=None):
    return SoundCore.forward(self, x if x.shape[1] > 1 else 2 * x, state)


def cuts_the_gradient(self, x, state=None):
    return SoundCore.forward(self, x, None if state is None else state.detach())


def grows_with_every_step(self, x, state=None):
    before = None if state is None else state[0]
    y, after = SoundCore.forward(self, x, before)
    seen = x.transpose(0, 1).contiguous().transpose(0, 1).reshape(1, len(x), -1)
    return y, (after, seen if state is None else torch.cat((state[1], seen), dim=2))


def reads_the_padding(self, x, lengths):
    y, _ = self.gru(x)
    return y, y[:, -1] + 0 * y.sum(1)


def reads_the_last_valid_step_alone(self, x, lengths):
    last = x[torch.arange(len(x)), lengths - 1]
    return last[:, None].expand_as(x), last


def mixes_rows(self, x, state=None):
    return SoundCore.forward(self, x - 0.1 * x.mean(0, keepdim=True), state)


def carries_rows_first(self, x, state=None):
    y, state = SoundCore.forward(self, x, None if state is None else state.transpose(0, 1).contiguous())
    return y, state.transpose(0, 1)


class HidesItsEncoder(SoundDecoder):
    def __init__(self, width):
        super().__init__(width)
        self.hidden = self.encoder
        del self.encoder

    def encode(self, x, lengths):
        return self.hidden(x, lengths)[1]


def draws_its_own_seed(self, role):
    made = SoundCore(self.width)
    for parameter in made.parameters():
        parameter.data.uniform_(-random.random(), random.random())
    return made


def has_an_idle_parameter(self, role):
    made = SoundCore(self.width)
    made.idle = nn.Parameter(torch.ones(3))
    return made


def has_a_frozen_parameter(self, role):
    made = SoundCore(self.width)
    made.idle = nn.Parameter(torch.ones(3), requires_grad=False)
    return made


class Deaf(SoundCore):
    def forward(self, x, state=None):
        return super().forward(x * 1e-6 + 0 * x, state)


def builds_other_weights_on_meta(self, role):
    layers = 2 if torch.empty(0).is_meta else 1
    return nn.GRU(self.width, self.width, layers, batch_first=True)


@dataclass(frozen=True, kw_only=True)
class KnobOfNothing(Sound):
    """Its coarse knob turns a field that its core does not read."""

    coarse = Knob("depth")
    depth: int = 1


@dataclass(frozen=True, kw_only=True)
class NoDefault(Sound):
    """A field without a default."""

    layers: int


MODELS = {
    "declared": (NoDefault(layers=1), "field layers: expected a default, got none"),
    "shapes": (core(wrong_shape), "y: shape expected (4, 6, 8), got (6, 4, 8)"),
    "meta-device": (built(builds_other_weights_on_meta), "parameter bias_hh_l1: expected none, got (24,) on meta"),
    "sizes": (KnobOfNothing(), "depth 2: expected more than"),
    "causality": (core(sees_the_next_step), "the output at step 0 depends on the input at step 1: gradient"),
    "chunks": (core(forgets_the_state), "read in pieces of 4+5, y differs at row 0, step 4: expected"),
    "step-by-step": (core(reads_single_steps_otherwise), "read one by one, y differs at row 0, step 0: expected"),
    "state-gradient": (core(cuts_the_gradient), "in pieces, the gradient of x differs at row 0, step 0"),
    "state-bytes": (core(grows_with_every_step), "after 4 steps: expected 64 bytes as after 1, got 160"),
    "padding": (core(reads_the_padding, SoundEncoding, SoundEncoder), "row 1 (of 2 steps): padding leaks into its s"),
    "reach": (
        core(reads_the_last_valid_step_alone, SoundEncoding, SoundEncoder),
        "row 0 (of 6 steps), step 0: expected to reach the output, but its gradient is 0",
    ),
    "rows": (core(mixes_rows), "among other rows, the output differs at row 0, step 0"),
    "state-rows": (core(carries_rows_first), "state: expected 4 rows in dimension 1, got a tensor of shape (4, 1, 8)"),
    "own-encoder": (
        built(lambda self, role: HidesItsEncoder(self.width), SoundSeq2Seq),
        "expected an attribute `encoder` on the core, got none",
    ),
    "seed": (built(draws_its_own_seed), "seed 5 twice: "),
    "learned": (built(has_an_idle_parameter), "no gradient reaches idle"),
    "learned frozen": (
        built(has_a_frozen_parameter),
        "idle: a frozen nn.Parameter never learns: make it a buffer, self.register_buffer(name, tensor)",
    ),
    "overfits": (built(lambda self, role: Deaf(self.width)), "loss 1.3"),
}
"""By law: who breaks it, and how the finding begins."""

# Tasks


class Wrong(Sentiment):
    """Sentiment, but for one method."""


def task(**changes):
    return type("Mutant", (Wrong,), changes)()


def forgets_json(self, rows):
    return {**Sentiment.fit(self, rows), "labels": {row.label for row in rows}}


def draws_its_own_order(self, data, size, order):
    return Sentiment.batches(self, data, size, np.random.default_rng(np.random.randint(1 << 30)))


def gives_short_lengths(self, data, size):
    batches = Sentiment.evaluation(self, data, size)
    return (replace(batch, lengths=batch.lengths.to(torch.int32)) for batch in batches)


def evaluates_in_any_order(self, data, size):
    batches = list(Sentiment.evaluation(self, data, size))
    return [batches[index] for index in np.random.permutation(len(batches))]


def scores_some_rows_twice(self, data, size):
    batches = list(Sentiment.evaluation(self, data, size))
    return [*batches, batches[0]]


def rewards_large_batches(self, encoding, data, scored):
    scored = list(scored)
    items = dict(Sentiment.items(self, encoding, data, scored))
    return {**items, "nll": [value + 0.001 * len(scored[0][0].rows) for value in items["nll"]]}


def guesses_what_is_missing(self, encoding, data, scored):
    first, rest = np.asarray([0]), list(scored)
    seen = np.concatenate([batch.rows for batch, _ in rest])
    missing = np.setdiff1d(np.arange(len(data["labels"])), seen)
    columns = {"label": first.repeat(len(missing)), "log_probability": np.zeros(len(missing))}
    batch = Batch(inputs=torch.zeros(0), targets=torch.zeros(0), rows=missing, positions=1)
    return Sentiment.items(self, encoding, data, [*rest, (batch, columns)])


def misreads_labels(self, encoding, data, scored):
    turned = [(batch, {**columns, "label": 1 - np.asarray(columns["label"])}) for batch, columns in scored]
    return Sentiment.items(self, encoding, data, turned)


TASKS = {
    "declared": (task(metrics=list(Sentiment.metrics)), "metrics: expected a tuple of rnnbench.Metric"),
    "storable": (task(fit=forgets_json), "encoding: expected JSON values, got"),
    "batches": (task(batches=draws_its_own_order), ""),
    "well-formed": (task(evaluation=gives_short_lengths), ": lengths: type expected torch.int64, got torch.int32"),
    "fixed-test": (task(evaluation=evaluates_in_any_order), "two evaluations differ: `inputs` of batch 0"),
    "scored-once": (task(items=rewards_large_batches), "evaluation batch 7: nll of item 0: expected"),
    "scored-once twice": (task(evaluation=scores_some_rows_twice), "is scored more than once"),
    "complete": (task(items=guesses_what_is_missing), "14 of 15 batches made items, expected a ValueError"),
    "perfect": (task(items=misreads_labels), "accuracy: expected 100, got 0"),
    "chance": (task(chance=lambda self, encoding, validation: 99.0), "accuracy: `chance` says 99, an answer that"),
    "baselines": (task(baselines=lambda self: Sentiment().baselines()[1:]), "expected a baseline marked trivial"),
    "learnable": (task(trivial_loss=lambda self, *rest: float("nan")), "trivial_loss: expected a positive number"),
}

# Datasets


@dataclass(frozen=True, kw_only=True)
class SoundRows(Dataset):
    """Made-up rows: it keeps all laws."""

    name = "sound-rows"
    rows = LabelledText
    description = "Made-up texts"
    licence = "Apache-2.0"
    embedded = True
    has_optimum = True

    def load(self, split, folder):
        draw = random.Random(str(split))
        return [LabelledText(f"word {draw.random()}", draw.choice(["no", "yes"])) for _ in range(30)]

    def optimum(self, rows):
        return {"accuracy": 100.0}


def dataset(**changes):
    return type("Mutant", (SoundRows,), changes)()


DATASETS = {
    "declared": (dataset(licence=""), "licence: expected text, got ''"),
    "typed-rows": (dataset(load=lambda self, split, folder: [("a", "b")]), "train row 0: expected LabelledText, got"),
    "repeatable": (
        dataset(load=lambda self, split, folder: [LabelledText(str(np.random.random()), "no")]),
        "train row 0: LabelledText(",
    ),
    "splits": (
        dataset(load=lambda self, split, folder: SoundRows.load(self, Split.TRAIN, folder)),
        "all rows of validation stand in train too",
    ),
    "absence": (dataset(embedded=False), "rows from a folder that is not there, expected DataMissing"),
    "optimum": (
        dataset(optimum=lambda self, rows: {"accuracy": float("nan")}),
        "accuracy: expected a finite float, got nan",
    ),
}

# Metrics


def mean_statistics(items):
    value = np.asarray(items["value"], dtype=np.float64)
    return np.stack([value, np.ones_like(value)], axis=1)


def mean_values(sums_NK):
    return sums_NK[:, 0] / sums_NK[:, 1]


def metric(**changes):
    """The mean of a column, which keeps all laws, with these changes."""
    sound = {"columns": {"value": "float64"}, "statistics": mean_statistics, "values": mean_values, "high": 1.0}
    return Metric("mean", **{"direction": "max", **sound, **changes})


def in_one_row(items):
    """Statistics of all items in one row."""
    return mean_statistics(items).sum(axis=0, keepdims=True)


def by_place(items):
    """The first items weigh less."""
    statistics_IK = mean_statistics(items)
    return statistics_IK * np.arange(len(statistics_IK))[:, None]


def beside_others(sums_NK):
    """Each value is a share of the largest."""
    values_N = mean_values(sums_NK)
    return values_N / values_N.max()


def too_large(sums_NK):
    """Beyond its range."""
    return 7 + mean_values(sums_NK)


METRICS = {
    "declared": (metric(direction="up"), "direction: expected min or max, got 'up'"),
    "pickled": (
        metric(values=lambda sums_NK: 1.0 * mean_values(sums_NK)),
        "expected functions of a module",
    ),
    "item-by-item": (metric(statistics=in_one_row), "statistics: expected 30 x K values, got shape (1, 2)"),
    "order": (metric(statistics=by_place), " backwards"),
    "sums-alone": (metric(values=beside_others), "sum 0: "),
    "in-range": (metric(values=too_large), " is outside 0 to 1"),
}
