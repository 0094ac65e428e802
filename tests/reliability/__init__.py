"""Tests of perfkit.reliability."""
