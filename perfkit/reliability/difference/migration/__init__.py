"""Migration of grades 等级迁移: the matrix, the direction of change, and tests of symmetry and of the margins."""

from perfkit.reliability.difference.migration.changes import grade_change, mcnemar, migration_matrix
from perfkit.reliability.difference.migration.marginal import (
    bhapkar,
    bowker,
    ordinal_marginal_homogeneity,
    stuart_maxwell,
)

__all__ = [
    "bhapkar",
    "bowker",
    "grade_change",
    "mcnemar",
    "migration_matrix",
    "ordinal_marginal_homogeneity",
    "stuart_maxwell",
]
