"""Coverage of the family sampling, simulated. Made by ``python -m data.simulations.coverage``: not to be edited."""

from perfkit.reliability.coverage.row import Row, rows

TABLE = """
mean_per_unit;t
even;0;simple;two;approximate;10:9478/10000 30:9490/10000 100:9516/10000
skewed;0;simple;two;approximate;3:8697/10000 10:8623/10000 30:8981/10000 100:9283/10000 300:9409/10000
even;0;stratified;two;approximate;10:9156/10000 30:9387/10000 100:9445/10000
skewed;0;stratified;two;approximate;10:9322/10000 30:9389/10000 100:9406/10000
difference_estimator;t
normal;0;simple;two;approximate;10:9494/10000 30:9518/10000 100:9469/10000
skewed;0;simple;two;approximate;3:8473/10000 10:8614/10000 30:9019/10000 100:9301/10000 300:9409/10000
sparse;0;simple;two;approximate;3:6632/7629 10:7861/9906 30:8591/10000 100:9071/10000 300:9297/10000
normal;0;stratified;two;approximate;30:9466/10000
skewed;0;stratified;two;approximate;10:9239/10000 30:9404/10000
sparse;0;stratified;two;approximate;10:8484/9893 30:9135/10000 100:9404/10000
ratio_estimator;t
normal;0;simple;two;approximate;30:9533/10000 100:9497/10000
skewed;0;simple;two;approximate;10:8939/10000 30:9197/10000 100:9434/10000
sparse;0;simple;two;approximate;10:8149/9926 30:8779/10000 100:9203/10000 300:9368/10000
skewed;0;stratified:combined;two;approximate;30:9404/10000
sparse;0;stratified:combined;two;approximate;10:8528/9904 30:9173/10000 100:9377/10000
skewed;0;stratified:separate;two;approximate;30:9367/10000
sparse;0;stratified:separate;two;approximate;30:9121/10000 100:9398/10000
regression_estimator;t
normal;0;simple;two;approximate;30:9460/10000 100:9526/10000
skewed;0;simple;two;approximate;10:8172/10000 30:8673/10000 100:9192/10000
sparse;0;simple;two;approximate;10:7307/9911 30:8363/10000 100:8966/10000 300:9323/10000
skewed;0;stratified:combined;two;approximate;30:9292/10000
sparse;0;stratified:combined;two;approximate;10:8330/9905 30:9084/10000 100:9312/10000
skewed;0;stratified:separate;two;approximate;30:9059/10000
sparse;0;stratified:separate;two;approximate;30:8786/10000 100:9260/10000
audit_total_error;t
sparse;0;simple:difference;two;approximate;30:8601/10000 100:9112/10000
sparse;0;stratified:difference;two;approximate;30:9097/10000
sparse;0;simple:quotient;two;approximate;30:8678/10000 100:9191/10000
sparse;0;stratified:quotient;two;approximate;30:9163/10000
sparse;0;simple:direct;two;approximate;30:9060/10000 100:9306/10000
sparse;0;stratified:direct;two;approximate;30:9416/10000
skewed;0;simple:regression;two;approximate;30:8648/10000
sparse;0;simple:regression;two;approximate;10:7173/9921 30:8249/10000 100:9030/10000
sparse;0;stratified:regression;two;approximate;30:8595/10000 100:9267/10000
hansen_hurwitz;t
skewed;0;;two;approximate;10:9504/10000 100:9494/10000
sparse;0;;two;approximate;30:9416/9929 100:9396/10000
horvitz_thompson;t
skewed;0;;two;approximate;10:9520/10000 100:9502/10000
sparse;0;;two;approximate;30:9528/9941 100:9493/10000
attribute_upper_bound;attribute_upper_bound:binomial
sparse;0;;upper;exact;10:10000/10000 30:10000/10000 100:9824/10000
even;0;;upper;exact;10:9718/10000 30:9677/10000 100:9530/10000
attribute_upper_bound;attribute_upper_bound:poisson
sparse;0;;upper;exact;10:10000/10000 30:10000/10000 100:9842/10000
even;0;;upper;exact;10:9750/10000 30:9915/10000 100:9830/10000
attribute_upper_bound;attribute_upper_bound:hypergeometric
sparse;0;;upper;exact;10:10000/10000 30:10000/10000 100:9895/10000
even;0;;upper;exact;10:9713/10000 30:9714/10000 100:9701/10000
monetary_unit_bound;monetary_unit_bound:stringer.binomial
;0;whole;upper;approximate;30:9559/10000 100:9577/10000
;0;partial;upper;approximate;30:10000/10000 100:9904/10000
monetary_unit_bound;monetary_unit_bound:stringer.poisson
;0;whole;upper;approximate;30:9927/10000 100:9776/10000
monetary_unit_bound;monetary_unit_bound:stringer.lta
;0;both_ways;upper;approximate;30:10000/10000 100:9983/10000
monetary_unit_bound;monetary_unit_bound:moment
;0;whole;upper;approximate;30:9568/10000 100:9776/10000
;0;both_ways;upper;approximate;30:10000/10000 100:9779/10000
monetary_unit_bound;monetary_unit_bound:coxsnell
;0;whole;upper;approximate;30:9541/10000 100:9805/10000
;0;partial;upper;approximate;30:9745/10000 100:9553/10000
monetary_unit_bound;monetary_unit_bound:rohrbach
;0;whole;upper;approximate;30:9560/10000 100:9204/10000
;0;partial;upper;approximate;30:9719/10000 100:9402/10000
sample_description;exact_upper
;0;simple;upper;exact;10:9925/10000 30:9763/10000
;0;stratified;upper;exact;30:10000/10000
;0;money;upper;exact;30:9543/10000
"""
ROWS: tuple[Row, ...] = rows(TABLE)
