"""Tests of perfkit; the tree mirrors the package."""
