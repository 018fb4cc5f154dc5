"""What a count of a few people says about everybody: a share, and between which bounds it may truly lie. Pure."""

from math import sqrt

Z = 1.959964  # 95 of 100 such intervals hold the true share


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The interval of Wilson (1927) for a share; it holds for small counts, and at none and all."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = hits / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)
