"""Agreement 一致程度: how often raters say the same, with and without correction for chance."""

from perfkit.reliability.agreement.chance_corrected import (
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from perfkit.reliability.agreement.classic import all_raters_agree, fleiss_kappa_classic, light_kappa
from perfkit.reliability.agreement.krippendorff import krippendorff_alpha
from perfkit.reliability.agreement.krippendorff_gwet import krippendorff_alpha_gwet
from perfkit.reliability.agreement.two_raters import cohen_kappa, scott_pi
from perfkit.reliability.agreement.weights import agreement_weights

__all__ = [
    "percent_agreement",
    "all_raters_agree",
    "cohen_kappa",
    "scott_pi",
    "fleiss_kappa",
    "fleiss_kappa_classic",
    "conger_kappa",
    "light_kappa",
    "brennan_prediger",
    "gwet_ac",
    "krippendorff_alpha",
    "krippendorff_alpha_gwet",
    "agreement_weights",
]
