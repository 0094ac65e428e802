"""Difference 差异: how far and in which direction paired scores or grades lie apart, and whether that is more than chance."""
