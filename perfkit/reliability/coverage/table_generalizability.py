"""Coverage of the family generalizability, simulated. Made by ``python -m data.simulations.coverage``: not to be edited."""

from perfkit.reliability.coverage.row import Row, rows

TABLE = """
d_study;f
even;2;p x r:g;two;approximate;10:5657/5831 30:6896/7234 100:7949/8391
even;4;p x r:g;two;approximate;10:7822/8207 30:9083/9542 100:9385/9926
skewed;2;p x r:g;two;approximate;10:5240/5735 30:6286/7364 100:6923/8514
skewed;4;p x r:g;two;approximate;10:7048/8210 30:7335/9462 100:7135/9883
even;2;p x r:phi;two;approximate;10:5611/5742 30:7026/7330 100:8113/8485
even;4;p x r:phi;two;approximate;10:7954/8276 30:9049/9502 100:9404/9909
skewed;2;p x r:phi;two;approximate;10:5541/5802 30:6511/7361 100:7378/8454
skewed;4;p x r:phi;two;approximate;10:7282/8219 30:7614/9478 100:7888/9913
even;2;r:p:phi;two;approximate;10:9191/9402 30:9504/9980 100:9526/10000
even;4;r:p:phi;two;approximate;10:9499/9920 30:9491/10000 100:9501/10000
skewed;2;r:p:phi;two;approximate;10:8491/9137 30:8469/9924 100:8113/9999
skewed;4;r:p:phi;two;approximate;10:8327/9715 30:7733/9996 100:7298/10000
rater_severity;t
even;4;;two;exact;10:9494/10000 30:9498/10000
"""
ROWS: tuple[Row, ...] = rows(TABLE)
