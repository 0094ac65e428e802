"""Permanent random numbers 永久随机数: one per unit, from the frame's hash, the seed and the unit's name alone."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.sampling.frame import SamplingFrame

Numbers = NDArray[np.uint64]

# What the constants of SplitMix64 are (Steele, Lea & Flood 2014).
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)


def mixed(numbers: Numbers) -> Numbers:
    """Return 64-bit numbers stirred by the finaliser of SplitMix64 混合: one to one, every bit hangs on every bit.

    Examples
    --------
    >>> int(mixed(np.array([1], dtype=np.uint64))[0])
    10451216379200822465
    """
    stirred = numbers + GOLDEN
    stirred = (stirred ^ (stirred >> np.uint64(30))) * FIRST
    stirred = (stirred ^ (stirred >> np.uint64(27))) * SECOND
    return stirred ^ (stirred >> np.uint64(31))


def _keys(population: SamplingFrame, seed: int, purpose: str) -> Numbers:
    """Return 256 bits that hang on the frame, the seed and what the numbers are for, as four numbers."""
    text = f"{population.frame_hash}|{seed}|{purpose}"
    return np.frombuffer(hashlib.sha256(text.encode()).digest(), dtype="<u8").astype(np.uint64)


def unit_numbers(population: SamplingFrame, seed: int, purpose: str) -> Numbers:
    """Return a random 64-bit number per unit, in the order of the frame 单位随机数.

    Notes
    -----
    Two rounds of SplitMix64 over the unit's hash, keyed by SHA-256(frame hash | seed | purpose). No generator is drawn
    from, so that neither the order of the table nor the number of units drawn before a unit moves its number.
    """
    keys = _keys(population, seed, purpose)
    return mixed(mixed(population.labels ^ keys[0]) ^ keys[1])


def drawn_fractions(population: SamplingFrame, seed: int, purpose: str, count: int) -> NDArray[np.float64]:
    """Return ``count`` random fractions in [0, 1) that belong to the whole frame 随机起点."""
    keys = _keys(population, seed, purpose)
    return fractions(mixed(mixed(np.arange(count, dtype=np.uint64) ^ keys[0]) ^ keys[1]))


def fractions(numbers: Numbers) -> NDArray[np.float64]:
    """Return 64-bit numbers as fractions in [0, 1) 随机小数: the upper 53 bits, all that a float holds."""
    return (numbers >> np.uint64(11)).astype(np.float64) * 2.0**-53


def smallest(numbers: Numbers, count: int) -> NDArray[np.intp]:
    """Return the places of the ``count`` smallest numbers, ascending in number 最小的若干个; ties by place."""
    if count >= len(numbers):
        return np.argsort(numbers, kind="stable")
    limit = np.partition(numbers, count)[count] if count else np.uint64(0)
    places = np.flatnonzero(numbers <= limit)
    return places[np.argsort(numbers[places], kind="stable")][:count]
