"""Scoring 计分: evidence → points (``functions``, ``items``), points → tree and total (``total``), total → grade."""
