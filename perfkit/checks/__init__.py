"""Machine checks 机器校验: each check once, as findings over tables, scores and drafts (ids follow CHECKS)."""
