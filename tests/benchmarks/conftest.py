"""Keep pytest's search for doctests away from the script of the peers, whose packages live in another environment."""

from __future__ import annotations

collect_ignore = ["peers.py"]
