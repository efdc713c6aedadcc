"""Numbers and dates read well."""

import math

import pytest

from components.pages import formats

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.percent(0.1234), "12.3%"),
        (formats.percent(1.0), "100.0%"),
        (formats.percent(0.99999), ">99.9%"),
        (formats.percent(0.0001), "<0.1%"),
        (formats.percent(0.0), "0.0%"),
        (formats.percent(NAN), "–"),
        (formats.percent(None), "–"),
        (formats.round_percent(0.854), "85%"),
        (formats.exact_percent(0.05), "5%"),
        (formats.exact_percent(0.025), "2.5%"),
        (formats.points(0.01), "1 point"),
        (formats.points(-0.089), "8.9 points"),
        (formats.signed(0.0081), "+0.8"),
        (formats.signed(-0.03), "\N{MINUS SIGN}3.0"),
        (formats.signed(-0.0004), "0.0"),
        (formats.signed(NAN), "–"),
        (formats.fixed(3)(0.27311), "0.273"),
        (formats.fixed(3)(None), "–"),
        (formats.significant(0.04213), "0.0421"),
        (formats.significant(12345.6), "12,346"),
        (formats.significant(1e-9), "1.00e-09"),
        (formats.significant(INF), "–"),
        (formats.times(6.31), "6.3×"),
        (formats.times(12.4), "12×"),
        (formats.p_value(0.0), "< 0.001"),
        (formats.p_value(0.0344), "0.034"),
        (formats.p_value(1.0), "1.00"),
        (formats.tick(0.5, 0.5), "0.5"),
        (formats.tick(20_000.0, 5_000), "20,000"),
        (formats.tick(2_500_000.0, 500_000), "2.5M"),
        (formats.shorten("abcdef", 4), "abc…"),
        (formats.shorten("abcd", 4), "abcd"),
        (formats.date("2025-03-12T14:03:11+00:00"), "12 March 2025, 14:03 UTC"),
        (formats.day("2025-03-12T14:03:11+00:00"), "12 Mar 2025"),
    ],
)
def test_what_is_written_reads_well(written, expected):
    assert written == expected
