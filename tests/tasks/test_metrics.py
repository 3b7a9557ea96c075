"""Scores against closed forms, scikit-learn and sacreBLEU; the bootstrap; what is refused."""

import math

import numpy as np
import pytest
import sacrebleu
import sklearn.metrics

from rnnbench import Metric
from rnnbench.metrics import BUILT_IN
from rnnbench.metrics.labels import ACCURACY, MACRO_F1
from rnnbench.metrics.language import BITS_PER_BYTE, CHARACTER_PERPLEXITY, PERPLEXITY
from rnnbench.metrics.regression import MAE, MSE
from rnnbench.metrics.scoring import bootstrap, score
from rnnbench.metrics.translation import BLEU, CHRF

LANGUAGE = {"nll": [3.0, 5.5, 0.25], "tokens": [4, 5, 1], "words": [2, 3, 1], "bytes": [9, 14, 1]}
ERRORS = {"squared_error": [1.5, 2.0], "absolute_error": [2.5, 0.5], "count": [3, 5]}


@pytest.fixture
def labels():
    random = np.random.default_rng(3)
    label = random.choice(["a", "b", "c", "unpredicted"], size=200, p=[0.5, 0.3, 0.15, 0.05])
    predicted = np.where(random.random(200) < 0.6, label, random.choice(["a", "b", "c", "unlabelled"], size=200))
    predicted[predicted == "unpredicted"] = "a"
    return {"label": label.tolist(), "predicted": predicted.tolist()}


@pytest.fixture
def sentences():
    random = np.random.default_rng(4)
    words = ["a", "man", "in", "the", "red", "coat", ",", "walks", "slowly", "his", "dog's", "toy", "."]
    reference = [" ".join(random.choice(words, size=int(random.integers(4, 15)))) for _ in range(60)]
    hypothesis = [
        " ".join(word if random.random() < 0.8 else str(random.choice(words)) for word in text.split())
        for text in reference
    ]
    return {"hypothesis": ["", *hypothesis[1:]], "reference": reference}


@pytest.mark.parametrize(
    ("metric", "items", "expected"),
    [
        (PERPLEXITY, LANGUAGE, math.exp(8.75 / 6)),
        (CHARACTER_PERPLEXITY, LANGUAGE, math.exp(8.75 / 10)),
        (BITS_PER_BYTE, LANGUAGE, 8.75 / math.log(2) / 24),
        (MSE, ERRORS, 3.5 / 8),
        (MAE, ERRORS, 3.0 / 8),
    ],
    ids=lambda value: value.name if isinstance(value, Metric) else "",
)
def test_closed_forms(metric, items, expected):
    assert score(metric, items) == pytest.approx(expected, rel=1e-14)


def test_accuracy_and_macro_f1_agree_with_scikit_learn(labels):
    accuracy = sklearn.metrics.accuracy_score(labels["label"], labels["predicted"])
    f1 = sklearn.metrics.f1_score(labels["label"], labels["predicted"], average="macro", zero_division=0)
    assert score(ACCURACY, labels) == pytest.approx(100 * accuracy, rel=1e-12)
    assert score(MACRO_F1, labels) == pytest.approx(100 * f1, rel=1e-12)


def test_macro_f1_of_a_resample_agrees_with_scikit_learn(labels):
    """A class that a resample lacks does not count in it."""
    kept = [n for n, label in enumerate(labels["label"]) if "a" in (label, labels["predicted"][n])][:20]
    part = {name: [column[n] for n in kept] for name, column in labels.items()}
    counts = np.bincount(kept, minlength=200).astype(float)
    (value,) = MACRO_F1.of_sums(counts[None] @ MACRO_F1.per_item(labels))
    f1 = sklearn.metrics.f1_score(part["label"], part["predicted"], average="macro", zero_division=0)
    assert value == pytest.approx(100 * f1, rel=1e-12)


@pytest.mark.parametrize(("metric", "oracle"), [(BLEU, sacrebleu.corpus_bleu), (CHRF, sacrebleu.corpus_chrf)])
def test_translation_scores_are_sacrebleus_by_text_and_by_counts(metric, oracle, sentences):
    expected = oracle(sentences["hypothesis"], [sentences["reference"]]).score
    assert score(metric, sentences) == pytest.approx(expected, rel=1e-12)
    totals = metric.per_item(sentences).sum(axis=0, keepdims=True)
    assert metric.of_sums(totals)[0] == expected  # to the bit: published scores were sacreBLEU's own


def test_signatures_pin_sacrebleus_settings():
    version = sacrebleu.__version__
    assert BLEU.signature() == f"nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:{version}"
    assert CHRF.signature() == f"nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:{version}"
    assert PERPLEXITY.signature() is None


def test_the_bootstrap_of_accuracy_is_that_of_a_proportion():
    items = {"label": ["a"] * 400, "predicted": ["a"] * 300 + ["b"] * 100}
    std, low, high = bootstrap(ACCURACY, items, np.random.default_rng(0), resamples=4000)
    error = 100 * math.sqrt(0.75 * 0.25 / 400)
    assert std == pytest.approx(error, rel=0.05)
    assert (low, high) == pytest.approx((75 - 1.96 * error, 75 + 1.96 * error), abs=0.4)


@pytest.mark.parametrize("metric", [BLEU, CHRF])
def test_the_bootstrap_resamples_sentences(metric, sentences):
    """Each resample by counts is sacreBLEU's score of the sentences drawn."""
    std, low, high = bootstrap(metric, sentences, np.random.default_rng(5), resamples=40)
    random, drawn = np.random.default_rng(5), []
    for counts in random.multinomial(60, np.full(60, 1 / 60), size=40):
        rows = np.repeat(np.arange(60), counts)
        part = {name: [column[row] for row in rows] for name, column in sentences.items()}
        drawn.append(score(metric, part))
    assert std == pytest.approx(np.std(drawn, ddof=1), rel=1e-9)
    assert (low, high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), rel=1e-9)


def test_one_seed_gives_one_bootstrap(labels):
    one, other = (bootstrap(MACRO_F1, labels, np.random.default_rng(1)) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("metric", "items", "error", "message"),
    [
        (MSE, {"count": [1]}, ValueError, "metric 'mse': items have no column 'squared_error', only count"),
        (MSE, {"squared_error": [], "count": []}, ValueError, "metric 'mse': there are no items"),
        (MSE, {"squared_error": [1.0], "count": [1, 2]}, ValueError, "columns of different lengths"),
        (MSE, {"squared_error": [1.0], "count": [1.5]}, ValueError, "column 'count' should hold int64 values, got 1.5"),
        (
            MSE,
            {"squared_error": ["x"], "count": [1]},
            ValueError,
            "'squared_error' should hold float64 values, got 'x'",
        ),
        (MSE, {"squared_error": [1.0, math.nan], "count": [1, 1]}, FloatingPointError, "item 1: nan is not finite"),
        (
            PERPLEXITY,
            {"nll": [1e6], "words": [1]},
            FloatingPointError,
            "metric 'perplexity' is inf: not a finite number",
        ),
        (ACCURACY, {"label": ["a"], "predicted": [0]}, ValueError, "'predicted' should hold string values, got 0"),
    ],
)
def test_items_that_cannot_be_scored_are_refused(metric, items, error, message):
    with pytest.raises(error, match=message):
        score(metric, items)


def test_forms_of_one_metric_read_different_columns():
    forms = [(metric.name, *metric.columns) for metric in BUILT_IN]
    assert len(set(forms)) == len(forms)
