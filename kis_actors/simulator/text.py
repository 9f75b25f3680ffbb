"""Numbers as KIS writes them: everything is text, percentages and averages have two decimals."""


def two_decimals(numerator: int, denominator: int) -> str:
    """`numerator / denominator`, rounded half away from zero; "0.00" when there is nothing to divide by."""
    if denominator <= 0:
        return "0.00"
    hundredths = (abs(numerator) * 200 + denominator) // (2 * denominator)
    return f"{'-' if numerator < 0 and hundredths else ''}{hundredths // 100}.{hundredths % 100:02d}"


def percent(part: int, whole: int) -> str:
    """`part` of `whole` in percent."""
    return two_decimals(part * 100, whole)


def rounded_up_ratio(part: int, whole: int) -> str:
    """KIS rounds SHNU_RATE up: every recorded frame agrees with that, and with nothing else."""
    hundredths = -(-part * 100 // whole) if whole else 0
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def sign(change: int) -> str:
    """KIS's code of a direction away from the limits: 2 up, 3 unchanged, 5 down."""
    return "2" if change > 0 else "5" if change < 0 else "3"


def sign_within_limits(price_won: int, reference_won: int, *, lower_won: int, upper_won: int) -> str:
    """The same with 1 at the upper limit and 4 at the lower one."""
    if price_won == upper_won:
        return "1"
    if price_won == lower_won:
        return "4"
    return sign(price_won - reference_won)
