"""Self-evaluation forms in 自评表读入: what units return out of their budget systems."""
