from scipy import stats

from leaderboard.factory import ACCURACY, PERPLEXITY, make_results, make_task
from rnnbench.leaderboard import make_board
from rnnbench.leaderboard.compare import compare

MODELLING = make_task("language-modelling/grammar-text", (PERPLEXITY,), chance=300.0)


def test_a_change_is_called_one_only_where_the_seeds_support_it():
    before = {"lstm": [80.0, 81.0, 82.0], "gru": [70.0, 70.1, 70.2], "elman": [60.0, 60.0, 60.1]}
    after = {"lstm": [80.5, 82.0, 82.5], "gru": [75.0, 75.1, 75.2], "elman": [60.0, 60.0, 60.1]}
    found = compare(make_board(*make_results(before)), make_board(*make_results(after)))
    changes = {change.model: change for change in found.changes}
    assert changes["elman"].finding == "the same"
    assert changes["gru"].finding.startswith("better (p ")
    wanted = 2 * stats.ttest_ind(before["lstm"], after["lstm"], equal_var=False).pvalue  # Holm: second of three
    assert changes["lstm"].finding == f"not supported by the seeds (p {wanted:.2g})"
    assert "  gru: 70.10 -> 75.10 (-5.00), " in "\n".join(found.lines)


def test_ratio_metrics_change_by_a_factor_and_one_seed_says_nothing():
    found = compare(
        make_board(*make_results({"lstm": [10.0]}, MODELLING)), make_board(*make_results({"lstm": [11.0]}, MODELLING))
    )
    assert found.lines[-1] == "  lstm: 10.00 -> 11.00 (+10.0 %), one seed: cannot be told from chance"


def test_what_cannot_be_compared_is_named():
    other = make_task(metrics=(ACCURACY,), fingerprint="another")
    first = make_board(*make_results({"lstm": [80.0, 81.0]}))
    assert compare(first, make_board(*make_results({"lstm": [80.0, 81.0]}, other))).unmatched == (
        "sentiment/reviews: not comparable, fingerprint differ",
    )
    assert compare(first, make_board(*make_results({"gru": [80.0, 81.0]}, numerics=2))).lines == [
        "numerics: 1 -> 2",
        "sentiment/reviews/lstm: only in the first",
        "sentiment/reviews/gru: only in the second",
    ]


def test_a_board_is_the_same_as_itself(results):
    made = make_board(*results)
    found = compare(made, made)
    assert {change.finding for change in found.changes} == {"the same"}
    assert (found.settings, found.unmatched, found.verdicts) == ((), (), ())


def test_a_board_of_an_older_plan_compares_with_one_whose_plan_states_ranges():
    older = make_results({"lstm": [80.0, 81.0]}, make_task(metrics=(ACCURACY,)))
    stated = ACCURACY.model_copy(update={"low": 0.0, "high": 100.0})
    newer = make_results({"lstm": [80.0, 81.0]}, make_task(metrics=(stated,)))
    found = compare(make_board(*older), make_board(*newer))
    assert found.unmatched == ()
    assert len(found.changes) == 1
