"""The frame: what it refuses, and a hash and random numbers that hang on its content alone."""

from __future__ import annotations

import hashlib
import struct

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.errors import DataError, MethodError
from perfkit.reliability.sampling import sampling_frame
from perfkit.reliability.sampling.frame import LABEL_KEY, SHOWN_ROWS, label_order
from perfkit.reliability.sampling.selection_numbers import drawn_fractions, fractions, smallest, unit_numbers
from tests.tolerances import MONTE_CARLO

MASK = (1 << 64) - 1


def table(n: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "项目": [f"P{number:03d}" for number in range(n)],
            "金额": np.round(rng.lognormal(4, 1, n), 2),
            "部门": rng.choice(["交通", "教育", "卫生"], n),
        }
    )


def frame_hash(frame: pd.DataFrame) -> str:
    return sampling_frame(frame, unit="项目", money="金额", stratum="部门").frame_hash


def siphash(key: bytes, message: bytes) -> int:
    """Return SipHash-2-4 written from the paper (Aumasson & Bernstein 2012)."""
    first, second = struct.unpack("<QQ", key)
    state = [first ^ 0x736F6D6570736575, second ^ 0x646F72616E646F6D, first ^ 0x6C7967656E657261]
    state.append(second ^ 0x7465646279746573)

    def turned(number: int, bits: int) -> int:
        return (number << bits | number >> (64 - bits)) & MASK

    def stirred(rounds: int) -> None:
        for _ in range(rounds):
            a, b, c, d = state
            a, c = (a + b) & MASK, (c + d) & MASK
            b, d = turned(b, 13) ^ a, turned(d, 16) ^ c
            a = turned(a, 32)
            c, a = (c + b) & MASK, (a + d) & MASK
            b, d = turned(b, 17) ^ c, turned(d, 21) ^ a
            state[:] = [a, b, turned(c, 32), d]

    padded = message + bytes(-(len(message) + 1) % 8) + bytes([len(message) & 0xFF])
    for (word,) in struct.iter_unpack("<Q", padded):
        state[3] ^= word
        stirred(2)
        state[0] ^= word
    state[2] ^= 0xFF
    stirred(4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def finalised(number: int) -> int:
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & MASK
    number = (number ^ number >> 27) * 0x94D049BB133111EB & MASK
    return number ^ number >> 31


def test_labels_can_be_made_again_without_pandas() -> None:
    # The last value of the test vectors in the paper's appendix.
    assert siphash(bytes(range(16)), bytes(range(15))) == 0xA129CA6149BE45E5
    ids = ["A1", "二〇二四年农村道路", "12345678", "x" * 40]
    wanted = {name: finalised(siphash(LABEL_KEY.encode(), name.encode())) for name in ids}
    found = sampling_frame(pd.DataFrame({"id": ids}), unit="id")
    assert dict(zip(found.ids, found.labels.tolist(), strict=True)) == wanted


def test_random_numbers_can_be_made_again_from_hash_seed_and_name() -> None:
    found = sampling_frame(table(), unit="项目")
    digest = hashlib.sha256(f"{found.frame_hash}|7|select".encode()).digest()
    first, second, _, _ = struct.unpack("<QQQQ", digest)

    def mixed(number: int) -> int:
        return finalised((number + 0x9E3779B97F4A7C15) & MASK)

    wanted = [mixed(mixed(label ^ first) ^ second) for label in found.labels.tolist()]
    assert unit_numbers(found, 7, "select").tolist() == wanted


@given(st.randoms(use_true_random=False))
def test_hash_does_not_hang_on_the_order(random: object) -> None:
    frame = table()
    order = list(range(len(frame)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert frame_hash(frame.iloc[order]) == frame_hash(frame)


@pytest.mark.parametrize(
    ("column", "value"), [("项目", "P999"), ("金额", 0.0), ("部门", "水利")], ids=["name", "amount", "stratum"]
)
def test_hash_changes_with_any_content(column: str, value: object) -> None:
    frame = table()
    changed = frame.copy()
    changed[column] = changed[column].astype(object)
    changed.loc[3, column] = value
    assert frame_hash(changed.infer_objects()) != frame_hash(frame)


def test_hash_is_that_of_the_content_not_of_its_storage() -> None:
    numbers = pd.DataFrame({"id": [3, 1, 2], "money": [10, 20, 30]})
    texts = pd.DataFrame({"id": ["1", "2", "3"], "money": [20.0, 30.0, 10.0]})
    floats = pd.DataFrame({"id": [1.0, 2.0, 3.0], "money": np.array([20, 30, 10], dtype=np.int16)})
    hashes = {sampling_frame(one, unit="id", money="money").frame_hash for one in (numbers, texts, floats)}
    assert len(hashes) == 1
    assert len({sampling_frame(one, unit="id").frame_hash for one in (numbers, texts, floats)} | hashes) == 2


def test_texts_that_run_together_are_told_apart() -> None:
    one = sampling_frame(pd.DataFrame({"id": ["ab", "c"]}), unit="id")
    other = sampling_frame(pd.DataFrame({"id": ["a", "bc"]}), unit="id")
    assert one.frame_hash != other.frame_hash


def test_two_zeros_are_one() -> None:
    one, other = (pd.DataFrame({"id": ["a", "b"], "money": [zero, 1.0]}) for zero in (0.0, -0.0))
    found = [sampling_frame(frame, unit="id", money="money").frame_hash for frame in (one, other)]
    assert found[0] == found[1]


def test_names_with_one_hash_are_ordered_by_name() -> None:
    labels = np.array([5, 3, 5, 3], dtype=np.uint64)
    ids = np.array(["d", "c", "a", "b"], dtype=object)
    assert ids[label_order(labels, ids)].tolist() == ["b", "c", "a", "d"]


def test_every_fault_is_named() -> None:
    frame = pd.DataFrame(
        {
            "id": ["a", None, " ", 1.5, True, "f", "g"],
            "money": [1.0, 2.0, 3.0, 4.0, 5.0, None, -7.0],
            "part": ["x", "x", None, "x", "x", " ", "x"],
        }
    )
    with pytest.raises(DataError) as caught:
        sampling_frame(frame, unit="id", money="money", stratum="part")
    found = [(problem.code, problem.where.rpartition("）")[2]) for problem in caught.value.problems]
    assert found == [
        ("SF-MISSING", "id: 2"),
        ("SF-MISSING", "id: 3"),
        ("SF-NAME", "id: 4"),
        ("SF-NAME", "id: 5"),
        ("SF-MISSING", "money: 6"),
        ("SF-NEGATIVE", "money: 7"),
        ("SF-MISSING", "part: 3"),
        ("SF-MISSING", "part: 6"),
    ]


def test_repeated_names_are_all_listed() -> None:
    frame = pd.DataFrame({"id": ["a", "b", "a", "c", "b", "a"]})
    with pytest.raises(DataError) as caught:
        sampling_frame(frame, unit="id")
    assert len(caught.value.problems) == 2
    assert "1、3、6" in str(caught.value)
    assert "2、5" in str(caught.value)
    # A spreadsheet's 7.0 and the text 7 are one unit.
    with pytest.raises(DataError):
        sampling_frame(pd.DataFrame({"id": [7.0, "7"]}), unit="id")


def test_many_faults_are_listed_in_one_problem() -> None:
    n = SHOWN_ROWS + 15
    frame = pd.DataFrame({"id": range(n), "money": [-1.0] * n})
    with pytest.raises(DataError) as caught:
        sampling_frame(frame, unit="id", money="money")
    assert len(caught.value.problems) == SHOWN_ROWS + 1
    assert caught.value.problems[-1].where.endswith(", ".join(map(str, range(SHOWN_ROWS + 1, n + 1))))


@pytest.mark.parametrize("money", ["ten", float("inf"), True])
def test_money_must_be_a_number(money: object) -> None:
    frame = pd.DataFrame({"id": ["a", "b"], "money": pd.Series([1.0, money], dtype=object)})
    with pytest.raises(DataError) as caught:
        sampling_frame(frame, unit="id", money="money")
    assert [problem.code for problem in caught.value.problems] == ["SF-MONEY"]


def test_columns_must_be_there_once() -> None:
    frame = table()
    with pytest.raises(DataError):
        sampling_frame(frame, unit="项目", money="预算")
    with pytest.raises(DataError):
        sampling_frame(pd.concat([frame, frame], axis=1), unit="项目")
    with pytest.raises(DataError):
        sampling_frame(frame.iloc[:0], unit="项目")


def test_a_frame_without_money_says_so() -> None:
    found = sampling_frame(table(), unit="项目")
    assert np.isnan(found.total)
    with pytest.raises(MethodError):
        found.amounts()


def test_sizes_of_strata() -> None:
    frame = table()
    found = sampling_frame(frame, unit="项目", money="金额", stratum="部门")
    assert found.stratum_sizes == frame["部门"].value_counts().sort_index().to_dict()
    assert found.total == pytest.approx(frame["金额"].sum())


def test_numbers_are_even_and_hang_on_seed_and_purpose() -> None:
    found = sampling_frame(pd.DataFrame({"id": range(20_000)}), unit="id")
    drawn = [fractions(unit_numbers(found, seed, purpose)) for seed, purpose in [(1, "a"), (2, "a"), (1, "b")]]
    for one in drawn:
        assert abs(one.mean() - 0.5) < MONTE_CARLO * np.sqrt(1 / 12 / len(one))
        assert abs((one**2).mean() - 1 / 3) < MONTE_CARLO * np.sqrt(4 / 45 / len(one))
    for other in drawn[1:]:
        assert abs(np.corrcoef(drawn[0], other)[0, 1]) < MONTE_CARLO / np.sqrt(20_000)
    starts = np.concatenate([drawn_fractions(found, seed, "start", 1) for seed in range(2_000)])
    assert abs(starts.mean() - 0.5) < MONTE_CARLO * np.sqrt(1 / 12 / 2_000)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=20), st.integers(0, 22))
def test_smallest_are_those_of_a_stable_sort(values: list[int], count: int) -> None:
    numbers = np.array(values, dtype=np.uint64)
    assert smallest(numbers, count).tolist() == np.argsort(numbers, kind="stable")[:count].tolist()
