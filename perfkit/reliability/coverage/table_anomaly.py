"""Coverage of the family anomaly, simulated. Made by ``python -m data.simulations.coverage``: not to be edited."""

from perfkit.reliability.coverage.row import Row, rows

TABLE = """
cutoff_binomial;clopper_pearson
even;0;;two;exact;10:9823/10000 30:9589/10000 100:9635/10000
skewed;0;;two;exact;10:9878/10000 30:9926/10000 100:9592/10000
flat_marks;clopper_pearson
even;0;;two;exact;10:9779/10000 30:9549/10000 100:9640/10000
skewed;0;;two;exact;10:9880/10000 30:9928/10000 100:9565/10000
affiliated_bias;t
even;6;;two;exact;60:9518/10000 180:9504/10000
skewed;6;;two;approximate;60:9550/10000 180:9513/10000
"""
ROWS: tuple[Row, ...] = rows(TABLE)
