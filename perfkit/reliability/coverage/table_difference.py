"""Coverage of the family difference, simulated. Made by ``python -m data.simulations.coverage``: not to be edited."""

from perfkit.reliability.coverage.row import Row, rows

TABLE = """
difference_bias;t
normal;0;;two;approximate;10:9502/10000 30:9555/10000 100:9484/10000
skewed;0;;two;approximate;3:9065/10000 10:8919/10000 30:9137/10000 100:9377/10000 300:9418/10000 1000:9463/10000
sparse;0;;two;approximate;3:7329/7892 10:8433/9938 30:8935/10000 100:9234/10000 300:9346/10000 1000:9478/10000
limits_of_agreement;t
normal;0;bias;two;approximate;10:9520/10000 30:9527/10000 100:9472/10000
skewed;0;bias;two;approximate;3:9077/10000 10:8970/10000 30:9165/10000 100:9363/10000 300:9429/10000 1000:9506/10000
sparse;0;bias;two;approximate;3:7298/7885 10:8484/9935 30:8937/10000 100:9213/10000 300:9374/10000 1000:9428/10000
limits_of_agreement;exact
normal;0;lower;two;exact;10:9507/10000 30:9521/10000 100:9536/10000
normal;0;upper;two;exact;10:9514/10000 30:9527/10000 100:9469/10000
skewed;0;lower;two;approximate;10:8640/10000 30:7562/10000 100:6767/10000
skewed;0;upper;two;approximate;10:6448/10000 30:5644/10000 100:5114/10000
sparse;0;lower;two;approximate;10:7440/9945 30:6593/10000 100:5977/10000
sparse;0;upper;two;approximate;10:5604/9949 30:5035/10000 100:4646/10000
limits_of_agreement;ba1999
normal;0;lower;two;approximate;10:9311/10000 30:9471/10000 100:9474/10000
normal;0;upper;two;approximate;10:9314/10000 30:9438/10000 100:9484/10000
skewed;0;lower;two;approximate;10:7753/10000 30:7081/10000 100:6557/10000
skewed;0;upper;two;approximate;10:6040/10000 30:5451/10000 100:5070/10000
sparse;0;lower;two;approximate;10:6581/9944 30:6200/10000 100:5739/10000
sparse;0;upper;two;approximate;10:5397/9944 30:4822/10000 100:4490/10000
limits_of_agreement;ba1986
normal;0;lower;two;approximate;10:9281/10000 30:9506/10000 100:9531/10000
normal;0;upper;two;approximate;10:9273/10000 30:9399/10000 100:9527/10000
skewed;0;lower;two;approximate;10:7562/10000 30:7112/10000 100:6635/10000
skewed;0;upper;two;approximate;10:5884/10000 30:5517/10000 100:5013/10000
sparse;0;lower;two;approximate;10:6485/9934 30:6255/10000 100:5844/10000
sparse;0;upper;two;approximate;10:5323/9910 30:4791/10000 100:4495/10000
proportional_bias;t
normal;0;slope;two;approximate;10:9517/10000 30:9495/10000 100:9520/10000
normal;0;intercept;two;approximate;10:9501/10000 30:9481/10000 100:9491/10000
skewed;0;slope;two;approximate;10:9375/10000 30:9279/10000 100:9144/10000
skewed;0;intercept;two;approximate;10:9448/10000 30:9382/10000 100:9306/10000
sparse;0;slope;two;approximate;10:8887/9941 30:8853/10000 100:8733/10000
sparse;0;intercept;two;approximate;10:9034/9928 30:9058/10000 100:8900/10000
heteroscedastic_limits;t
normal;0;;two;approximate;10:9482/10000 30:9515/10000 100:9518/10000
skewed;0;;two;approximate;10:8572/10000 30:8300/10000 100:8154/10000
sparse;0;;two;approximate;10:7180/9922 30:7219/10000 100:7063/10000
ratio_limits;t_log
normal;0;;two;approximate;10:9519/10000 30:9494/10000 100:9492/10000
skewed;0;;two;approximate;3:8759/10000 10:8801/10000 30:9148/10000 100:9294/10000 300:9440/10000 1000:9436/10000
sparse;0;;two;approximate;3:7408/7786 10:8454/9944 30:8944/10000 100:9296/10000 300:9406/10000 1000:9485/10000
repeated_limits;mover
normal;0;true_value_varies:bias;two;approximate;10:9163/10000 30:9400/10000 100:9464/10000
normal;0;true_value_varies:upper;two;approximate;10:9646/10000 30:9528/10000 100:9508/10000
skewed;0;true_value_varies:bias;two;approximate;10:8911/10000 30:9207/10000 100:9367/10000
skewed;0;true_value_varies:upper;two;approximate;10:7474/10000 30:6414/10000 100:5853/10000
normal;0;true_value_constant:bias;two;approximate;10:9177/10000 30:9413/10000
normal;0;true_value_constant:upper;two;approximate;10:9620/10000 30:9515/10000
skewed;0;true_value_constant:bias;two;approximate;10:8876/10000 30:9217/10000
skewed;0;true_value_constant:upper;two;approximate;10:7312/10000 30:6306/10000
deming_regression;jackknife
even;0;plain:slope;two;approximate;10:9435/10000 30:9423/10000 100:9484/10000
even;0;plain:intercept;two;approximate;10:9418/10000 30:9450/10000 100:9450/10000
skewed;0;plain:slope;two;approximate;10:9424/10000 30:9388/10000 100:9433/10000
skewed;0;plain:intercept;two;approximate;10:9513/10000 30:9477/10000 100:9481/10000
even;0;weighted:slope;two;approximate;10:9454/9999 30:9454/10000
even;0;known_errors:slope;two;approximate;10:9407/10000 30:9477/10000
even;0;constant_cv:slope;two;approximate;10:9425/9997 30:9461/10000
deming_regression;jackknife_normal
even;0;plain:slope;two;approximate;10:9268/10000 30:9383/10000 100:9483/10000
even;0;plain:intercept;two;approximate;10:9222/10000 30:9375/10000 100:9408/10000
skewed;0;plain:slope;two;approximate;10:9295/10000 30:9317/10000 100:9391/10000
skewed;0;plain:intercept;two;approximate;10:9348/10000 30:9381/10000 100:9430/10000
even;0;weighted:slope;two;approximate;10:9272/9999 30:9394/10000
deming_regression;analytical
even;0;plain:slope;two;approximate;10:9493/10000 30:9516/10000 100:9511/10000
even;0;plain:intercept;two;approximate;10:9519/10000 30:9514/10000 100:9503/10000
skewed;0;plain:slope;two;approximate;10:9523/10000 30:9501/10000 100:9424/10000
skewed;0;plain:intercept;two;approximate;10:9510/10000 30:9445/10000 100:9518/10000
passing_bablok;analytical
even;0;slope;two;approximate;10:9530/10000 30:9481/10000 100:9482/10000
even;0;intercept;two;approximate;10:9487/10000 30:9481/10000 100:9511/10000
skewed;0;slope;two;approximate;10:9541/10000 30:9486/10000 100:9489/10000
skewed;0;intercept;two;approximate;10:9483/10000 30:9459/10000 100:9418/10000
lin_ccc;z
even;0;;two;approximate;10:9305/10000 30:9444/10000 100:9465/10000 300:9478/10000
skewed;0;;two;approximate;10:7952/10000 30:7600/10000 100:7259/10000 300:7036/10000
lin_ccc;asymptotic
even;0;;two;approximate;10:9129/10000 30:9396/10000 100:9474/10000 300:9530/10000
skewed;0;;two;approximate;10:8065/10000 30:7791/10000 100:7381/10000 300:7138/10000
overall_ccc;bootstrap_percentile
even;2;;two;approximate;10:8729/10000 30:9258/10000
even;4;;two;approximate;10:8213/10000 30:8996/10000 100:9344/10000
skewed;2;;two;approximate;10:8417/10000 30:8883/10000
skewed;4;;two;approximate;10:7184/10000 30:8125/10000 100:8770/10000
paired_t;t
normal;0;;two;approximate;10:9524/10000 30:9476/10000 100:9491/10000
skewed;0;;two;approximate;3:9072/10000 10:8935/10000 30:9142/10000 100:9331/10000 300:9439/10000 1000:9491/10000
sparse;0;;two;approximate;3:7189/7780 10:8456/9955 30:8926/10000 100:9296/10000 300:9383/10000 1000:9459/10000
equivalence;t
normal;0;;two;approximate;10:9550/10000 30:9476/10000 100:9510/10000
skewed;0;;two;approximate;3:9058/10000 10:8918/10000 30:9186/10000 100:9352/10000 300:9399/10000 1000:9495/10000
sparse;0;;two;approximate;3:7188/7794 10:8408/9936 30:8942/10000 100:9237/10000 300:9392/10000 1000:9448/10000
change_summary;t
normal;0;mean;two;approximate;10:9495/10000 30:9499/10000 100:9515/10000
skewed;0;mean;two;approximate;3:9071/10000 10:8906/10000 30:9163/10000 100:9385/10000 300:9451/10000 1000:9462/10000
sparse;0;mean;two;approximate;3:7324/7879 10:8378/9953 30:8968/10000 100:9249/10000 300:9391/10000 1000:9457/10000
change_summary;clopper_pearson
sparse;0;;two;exact;10:9793/10000 30:9646/10000 100:9581/10000
sign_test;clopper_pearson
sparse;0;;two;exact;10:9865/9931 30:9893/10000 100:9746/10000
change_summary;order_statistics
normal;0;median;two;exact;10:9768/10000 30:9599/10000 100:9670/10000
sparse;0;median;two;exact;10:9996/10000 30:10000/10000 100:10000/10000
wilcoxon_signed_rank;walsh_exact
normal;0;;two;exact;10:9481/10000 30:9511/10000
skewed;0;;two;approximate;10:9492/10000 30:9439/10000
wilcoxon_signed_rank;walsh_normal
normal;0;;two;approximate;10:9567/10000 30:9522/10000 100:9531/10000
sparse;0;;two;approximate;10:9598/9951 30:9342/10000 100:9256/10000
skewed;0;;two;approximate;30:9470/10000 100:9460/10000
wilcoxon_signed_rank;test_inversion
normal;0;;two;approximate;30:9545/10000 100:9485/10000
sparse;0;;two;approximate;10:6958/8415 30:9601/9998 100:9502/10000
mcnemar;clopper_pearson
;0;;two;exact;10:9499/9592 30:9857/10000 100:9683/10000
grade_change;clopper_pearson
;0;;two;exact;10:9505/9594 30:9850/9999 100:9695/10000
"""
ROWS: tuple[Row, ...] = rows(TABLE)
