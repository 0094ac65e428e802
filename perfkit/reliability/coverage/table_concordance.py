"""Coverage of the family concordance, simulated. Made by ``python -m data.simulations.coverage``: not to be edited."""

from perfkit.reliability.coverage.row import Row, rows

TABLE = """
pearson_r;fisher_z
even;2;;two;approximate;10:9483/10000 30:9488/10000 100:9497/10000 300:9465/10000
skewed;2;;two;approximate;10:8931/10000 30:8728/10000 100:8450/10000 300:8261/10000
pearson_r;bootstrap_percentile
even;2;;two;approximate;10:9099/10000 30:9270/10000 100:9453/10000
skewed;2;;two;approximate;10:9033/10000 30:9195/10000 100:9342/10000
pearson_r;bootstrap_bca
even;2;;two;approximate;10:9330/10000 30:9321/10000 100:9434/10000
skewed;2;;two;approximate;10:9220/10000 30:8978/10000 100:9068/10000
spearman_rho;fisher_z
even;2;;two;approximate;10:9455/9999 30:9379/10000 100:9367/10000 300:9331/10000
skewed;2;;two;approximate;10:9323/9989 30:9278/10000 100:9247/10000 300:9276/10000
spearman_rho;bootstrap_percentile
even;2;;two;approximate;10:9745/9999 30:9595/10000 100:9511/10000
skewed;2;;two;approximate;10:9375/9917 30:9465/10000 100:9483/10000
spearman_rho;bootstrap_bca
even;2;;two;approximate;10:9586/9998 30:9441/10000
skewed;2;;two;approximate;10:9414/9903 30:9494/10000
kendall_tau_b;brown_benedetti
even;2;;two;approximate;10:8988/10000 30:9316/10000 100:9463/10000 300:9488/10000
skewed;2;;two;approximate;10:8653/10000 30:9291/10000 100:9403/10000 300:9470/10000
kendall_w;bootstrap_percentile
even;3;;two;approximate;10:9637/10000 30:9545/10000 100:9556/10000
skewed;3;;two;approximate;10:9577/10000 30:9516/10000 100:9511/10000
kendall_w;bootstrap_bca
even;3;;two;approximate;10:9642/10000 30:9472/10000
skewed;3;;two;approximate;10:9566/9999 30:9545/10000
mean_pairwise_spearman;bootstrap_percentile
even;3;;two;approximate;10:6227/6397 30:9556/10000 100:9508/10000
skewed;3;;two;approximate;10:7020/7183 30:9544/10000 100:9490/10000
mean_pairwise_spearman;bootstrap_bca
even;3;;two;approximate;10:6377/6525 30:9520/10000
skewed;3;;two;approximate;10:7015/7178 30:9544/10000
"""
ROWS: tuple[Row, ...] = rows(TABLE)
