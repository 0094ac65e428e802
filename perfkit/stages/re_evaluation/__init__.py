"""Re-evaluation 再评价: what was wrong in self-scores, by how much, and what follows."""
