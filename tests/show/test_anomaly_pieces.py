"""Tables and figures of anomaly signs: the false-positive rate beside every sign, caveats kept, ugly input drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from perfkit.errors import DataError
from perfkit.reliability.anomaly import cutoff_binomial, edge_profile, heaping, honest_null, mccrary, stepped_item
from perfkit.show.catalogue import table
from perfkit.show.figures.anomaly import plot_score_profile
from perfkit.show.readings import readings
from perfkit.show.tables import Table
from perfkit.show.tables.anomaly import place_words, share_words, table_signs, table_windows

NULL = honest_null([stepped_item(100, 5)])
FIVES = [85.0, 90.0, 90.0, 95.0, 100.0] * 10
FEW = {"replicates": 99}


def texts(shown: Table, row: int = 0) -> list[str]:
    return [cell.text for cell in shown.rows[row] if cell is not None]


def test_a_sign_stands_beside_its_false_positive_rate() -> None:
    found = cutoff_binomial(FIVES, cutoff=90, window=2, null=NULL, **FEW)
    shown = table_signs(found)
    assert texts(shown)[1:5] == ["50", "1.000", "<0.001", "1.000"]
    assert texts(shown)[5] == share_words(found.false_positive_rate)
    assert [note[:3] for note in shown.notes] == ["误报率"]


def test_without_a_null_the_rate_is_not_known_and_the_table_says_so() -> None:
    shown = table_signs([cutoff_binomial(FIVES, cutoff=90, window=2)], labels=("甲",))
    assert texts(shown)[0] == "断点窗口二项检验，甲"
    assert texts(shown)[4:] == ["—", "—"]
    assert len(shown.notes) == 1
    assert "NO_NULL" in shown.notes[0]


def test_a_test_that_is_not_made_says_why() -> None:
    shown = table_signs(mccrary(FIVES, cutoff=90, null=NULL, **FEW))
    assert texts(shown)[2:] == ["无法估计", "—", "—", "—"]
    assert [note for note in shown.notes if "FEW_DISTINCT" in note]


def test_no_sign_is_no_table() -> None:
    with pytest.raises(DataError, match="TABLE-EMPTY"):
        table_signs([])


def test_windows_of_edge_and_placebos() -> None:
    shown = table_windows(cutoff_binomial(FIVES, cutoff=90, window=2, placebos=(85, 60), null=NULL, **FEW))
    assert texts(shown) == ["90（断点）", "0", "20", "100.0%", "<0.001"]
    assert texts(shown, 1)[:4] == ["85（对照）", "0", "10", "100.0%"]
    assert texts(shown, 2)[1:] == ["0", "0", "—", "—"]
    assert [note for note in shown.notes if "FALSE_POSITIVE_RATE" in note]


def test_profiles_are_found_by_their_kind() -> None:
    departments = ["甲"] * 25 + ["乙"] * 25
    null = honest_null([stepped_item(100, 0.5)])
    heaps = heaping(FIVES, null=null, departments=departments, multiples=(5,), edges=(90,), **FEW)
    shown = table(heaps)
    assert texts(shown)[:5] == ["甲", "5 的倍数", "25", "25", "100.0%"]
    assert texts(shown)[6] == "0.010"
    assert texts(shown, 3)[1] == "90 起"
    edges = table(edge_profile(FIVES, cutoff=90, window=2, departments=departments, null=NULL, least_n=5, **FEW))
    assert texts(edges, 1)[:5] == ["乙", "25", "0", "10", "100.0%"]
    assert all(any("FALSE_POSITIVE_RATE" in note for note in one.notes) for one in (shown, edges))
    assert texts(table(heaping(FIVES, null=null, multiples=(5,), **FEW)))[0] == "全部"


def test_places_in_words() -> None:
    assert (place_words("multiple", 5.0), place_words("edge", 90.0)) == ("5 的倍数", "90 起")
    assert share_words(float("nan")) == share_words(None) == "—"


def profile(at: Sequence[float], count: Sequence[float], honest: float = 0.1) -> pd.DataFrame:
    return pd.DataFrame({"place": "edge", "at": at, "n": 50, "count": count, "honest_share": honest})


def test_the_figure_tells_the_edges() -> None:
    frame = profile(np.arange(85, 95), [1, 2, 3, 4, 0, 12, 3, 2, 1, 1])
    figure = plot_score_profile(frame, edges=(90,), placebos=(85,))
    assert figure.alt == "直方图，85 至 95 分。90 起 12 个，诚实得分平均 5.0 个。"
    assert figure.png == plot_score_profile(frame.iloc[::-1], edges=(90,), placebos=(85,)).png
    assert figure.png != plot_score_profile(frame, edges=(90,)).png


@pytest.mark.parametrize("frame", [profile([], []), profile([90.0], [0]), profile([90.0], [3], float("nan"))])
def test_ugly_profiles_are_drawn(frame: pd.DataFrame) -> None:
    assert plot_score_profile(frame).png.startswith(b"\x89PNG")


def test_every_p_of_a_sign_is_printed_as_a_p() -> None:
    found = cutoff_binomial(
        [89.0] * 5 + [90.0] * 95, cutoff=90, window=1, null=honest_null([stepped_item(100, 1)]), **FEW
    )
    assert str(readings(w=found).say("{w.p_simulated}")) == "<0.001"
