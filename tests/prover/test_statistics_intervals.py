from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from prover.statistics import NeedsScipy, Tally, mcnemar, mean_pass_at_k, wilson
from prover.statistics.bootstrap import bca


@pytest.mark.parametrize(
    ("solved", "low", "high"),
    [
        (74, 24.9, 36.4),
        (106, 37.4, 49.7),
        (119, 42.6, 55.0),
        (161, 59.8, 71.6),
        (173, 64.9, 76.2),
        (215, 83.5, 91.6),
        (232, 91.6, 97.2),
        (242, 97.1, 99.8),
    ],
)
def test_wilson_of_published_scores_on_244_problems(solved: int, low: float, high: float) -> None:
    interval = wilson(solved, 244)
    assert (100 * interval.low, 100 * interval.high) == pytest.approx((low, high), abs=0.051)
    assert (interval.level, interval.method) == (0.95, "Wilson")


def test_wilson_by_hand_at_the_ends() -> None:
    # Nobody of n: from 0 to z^2 / (n + z^2), here 3.8415 / 13.8415.
    assert (wilson(0, 10).low, wilson(0, 10).high) == (0.0, pytest.approx(0.27753, abs=1e-5))
    assert (wilson(10, 10).low, wilson(10, 10).high) == (pytest.approx(0.72247, abs=1e-5), 1.0)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
def test_wilson_is_that_of_scipy(level: float) -> None:
    stats = pytest.importorskip("scipy.stats")
    for total in (1, 2, 7, 40):
        for solved in range(total + 1):
            theirs = stats.binomtest(solved, total).proportion_ci(level, method="wilson")
            ours = wilson(solved, total, level=level)
            assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@pytest.mark.parametrize(("solved", "total"), [(0, 0), (1, 0), (3, 2), (-1, 2)])
def test_wilson_of_no_share(solved: int, total: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(solved, total)


@pytest.mark.parametrize("numbers", [{0.0: 150, 0.25: 40, 0.5: 20, 1.0: 34}, {0.0: 224, 0.25: 12, 1.0: 8}])
def test_the_bootstrap_is_that_of_scipy(numbers: dict[float, int]) -> None:
    stats, np = pytest.importorskip("scipy.stats"), pytest.importorskip("numpy")
    values = list(Counter(numbers).elements())
    theirs = stats.bootstrap(
        (np.array(values),), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(5)
    ).confidence_interval
    ours = bca(Counter(numbers), level=0.95, seed=5, resamples=20_000)
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.0025)


def test_the_bootstrap_refuses_what_has_no_spread() -> None:
    with pytest.raises(ValueError, match="no width"):
        bca(Counter([0.5, 0.5]), level=0.95, seed=0, resamples=10)


def test_resampling_in_blocks_gives_as_many_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numpy")
    values = Counter([0.0] * 30 + [1.0] * 30)
    whole = bca(values, level=0.95, seed=0, resamples=1001)
    monkeypatch.setattr("prover.statistics.bootstrap._BLOCK", 200)
    assert bca(values, level=0.95, seed=0, resamples=1001) == whole


def test_what_is_missing_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.raises(NeedsScipy, match=r"pip install 'entail\[eval\]'"):
        mean_pass_at_k([Tally(2, i % 3) for i in range(60)], 1)
    with pytest.raises(NeedsScipy, match=r"pip install 'entail\[eval\]'"):
        mcnemar({"p": True}, {"p": False})
    # What live progress and a small run show needs neither.
    assert mean_pass_at_k([Tally(1, 1), Tally(1, 0)], 1).interval == wilson(1, 2)


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    program = "import sys, prover.statistics; assert not {'numpy', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
