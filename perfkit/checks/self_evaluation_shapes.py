"""What the desk check of self-evaluation forms returns 复核结果: findings with the points that they move."""

from __future__ import annotations

import math
from dataclasses import dataclass

from perfkit.trace import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFinding:
    """One finding over a form 复核发现.

    ``own_rule``: the unit scored wrong by its own rule (form, declared method, arithmetic), apart from what a reviewer
    judges differently. ``points``: what the item or total would be by that rule minus what is printed, in points of 100
    (NaN where the finding moves none). ``item`` as in the form, ``""`` for the form itself; ``reason`` a code of Reason.
    ``send_back``: belongs on the list of what to return for correction.
    """

    finding: Finding
    department: str
    agency: str
    project: str
    form: str
    item: str = ""
    own_rule: bool = False
    points: float = math.nan
    reason: str = ""
    send_back: bool = False
