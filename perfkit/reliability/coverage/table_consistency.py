"""Coverage of the family consistency, simulated. Made by ``python -m data.simulations.coverage``: not to be edited."""

from perfkit.reliability.coverage.row import Row, rows

TABLE = """
cronbach_alpha;feldt
even;4;raw;two;exact;10:9498/10000 30:9508/10000 100:9479/10000 300:9529/10000
skewed;4;raw;two;approximate;10:8394/10000 30:7751/10000 100:7247/10000 300:7005/10000
cronbach_alpha;bootstrap_percentile
even;4;raw;two;approximate;10:8867/10000 30:9222/10000 100:9398/10000
skewed;4;raw;two;approximate;10:8612/10000 30:8879/10000 100:9079/10000
even;4;standardized;two;approximate;10:8987/10000 30:9274/10000 100:9382/10000
skewed;4;standardized;two;approximate;10:8895/10000 30:9059/10000 100:9185/10000
omega_total;bootstrap_percentile
even;4;;two;approximate;30:9326/10000 100:9410/10000
skewed;4;;two;approximate;30:9273/10000 100:9242/10000
guttman_lambdas;bootstrap_percentile
even;4;;two;approximate;10:9233/10000 30:9323/10000 100:9407/10000
skewed;4;;two;approximate;10:9095/10000 30:9039/10000 100:9162/10000
split_half;bootstrap_percentile
even;4;;two;approximate;10:9069/10000 30:9277/10000 100:9407/10000
skewed;4;;two;approximate;10:9056/10000 30:9157/10000 100:9292/10000
omega_total;wald_delta
even;4;;two;approximate;30:9156/9906 100:9444/10000
skewed;4;;two;approximate;100:7493/10000
"""
ROWS: tuple[Row, ...] = rows(TABLE)
