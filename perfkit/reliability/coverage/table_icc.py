"""Coverage of the family icc, simulated. Made by ``python -m data.simulations.coverage``: not to be edited."""

from perfkit.reliability.coverage.row import Row, rows

TABLE = """
icc;f_mcgraw_wong
even;2;ICC(1,1);two;exact;10:9513/10000 30:9496/10000 100:9510/10000
even;4;ICC(1,1);two;exact;10:9490/10000 30:9502/10000 100:9487/10000
skewed;2;ICC(1,1);two;approximate;10:8600/10000 30:8061/10000 100:7645/10000
skewed;4;ICC(1,1);two;approximate;10:8094/10000 30:7367/10000 100:6968/10000
even;2;ICC(A,1);two;approximate;10:9566/9998 30:9480/10000 100:9405/10000
even;4;ICC(A,1);two;approximate;10:9496/10000 30:9527/10000 100:9490/10000
skewed;2;ICC(A,1);two;approximate;10:8899/9995 30:8446/10000 100:8263/10000
skewed;4;ICC(A,1);two;approximate;10:8324/10000 30:7742/10000 100:7819/10000
even;2;ICC(C,1);two;exact;10:9486/10000 30:9494/10000 100:9499/10000
even;4;ICC(C,1);two;exact;10:9486/10000 30:9493/10000 100:9525/10000
skewed;2;ICC(C,1);two;approximate;10:8766/10000 30:8121/10000 100:7623/10000
skewed;4;ICC(C,1);two;approximate;10:8151/10000 30:7390/10000 100:6977/10000
even;2;ICC(1,k);two;exact;10:9487/10000 30:9512/10000 100:9484/10000
even;4;ICC(1,k);two;exact;10:9485/10000 30:9492/10000 100:9504/10000
skewed;2;ICC(1,k);two;approximate;10:8626/10000 30:8080/10000 100:7690/10000
skewed;4;ICC(1,k);two;approximate;10:8121/10000 30:7416/10000 100:6920/10000
even;2;ICC(A,k);two;approximate;10:9555/10000 30:9522/10000 100:9408/10000
even;4;ICC(A,k);two;approximate;10:9565/10000 30:9508/10000 100:9472/10000
skewed;2;ICC(A,k);two;approximate;10:8996/9995 30:8413/10000 100:8312/10000
skewed;4;ICC(A,k);two;approximate;10:8385/10000 30:7721/10000 100:7817/10000
even;2;ICC(C,k);two;exact;10:9534/10000 30:9447/10000 100:9505/10000
even;4;ICC(C,k);two;exact;10:9497/10000 30:9485/10000 100:9515/10000
skewed;2;ICC(C,k);two;approximate;10:8638/10000 30:8127/10000 100:7604/10000
skewed;4;ICC(C,k);two;approximate;10:8083/10000 30:7482/10000 100:6972/10000
icc;f_thomas_hultquist
even;4;ICC(1,1);two;approximate;10:9522/10000 30:9468/10000 100:9455/10000
skewed;4;ICC(1,1);two;approximate;10:8220/10000 30:7561/10000 100:7016/10000
icc;bootstrap_percentile
even;4;ICC(1,1);two;approximate;10:8485/10000 30:9062/10000 100:9378/10000
skewed;4;ICC(1,1);two;approximate;10:8035/10000 30:8609/10000 100:8990/10000
even;4;ICC(A,1);two;approximate;10:8504/10000 30:9077/10000 100:9365/10000
skewed;4;ICC(A,1);two;approximate;10:7703/10000 30:8435/10000 100:8854/10000
even;4;ICC(C,1);two;approximate;10:8869/10000 30:9210/10000 100:9421/10000
skewed;4;ICC(C,1);two;approximate;10:8328/10000 30:8744/10000 100:9020/10000
even;4;reml;two;approximate;30:9075/10000
icc;bootstrap_bca
even;4;ICC(1,1);two;approximate;10:8495/10000 30:9172/10000 100:9353/10000
skewed;4;ICC(1,1);two;approximate;10:8106/10000 30:8615/10000 100:8893/10000
even;4;ICC(A,1);two;approximate;10:8540/10000 30:9219/10000 100:9389/10000
skewed;4;ICC(A,1);two;approximate;10:7819/10000 30:8433/10000 100:8860/10000
even;4;ICC(C,1);two;approximate;10:9000/10000 30:9253/10000 100:9387/10000
skewed;4;ICC(C,1);two;approximate;10:8333/10000 30:8606/10000 100:8913/10000
measurement_error;chi_square
even;2;consistency;two;exact;10:9522/10000 30:9501/10000 100:9510/10000
even;4;consistency;two;exact;10:9518/10000 30:9477/10000 100:9491/10000
skewed;2;consistency;two;approximate;10:8335/10000 30:7791/10000 100:7452/10000
skewed;4;consistency;two;approximate;10:7400/10000 30:6914/10000 100:6550/10000
even;2;oneway;two;exact;10:9524/10000 30:9497/10000 100:9511/10000
even;4;oneway;two;exact;10:9527/10000 30:9515/10000 100:9511/10000
skewed;2;oneway;two;approximate;10:8175/10000 30:7770/10000 100:7427/10000
skewed;4;oneway;two;approximate;10:7292/10000 30:6741/10000 100:6531/10000
"""
ROWS: tuple[Row, ...] = rows(TABLE)
