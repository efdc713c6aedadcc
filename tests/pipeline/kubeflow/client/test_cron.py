"""Cron is read as KFP's parser reads it, and what that would misread is refused or rewritten."""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from components.errors import InputError
from pipeline.kubeflow.client.cron import FIELDS, parse

VIENNA = ZoneInfo("Europe/Vienna")


def times(text, after, zone=UTC, count=3):
    found = parse(text).times(datetime.fromisoformat(after).replace(tzinfo=zone), zone)
    return [f"{each:%Y-%m-%d %H:%M:%S%z}".removesuffix("+0000") for each in islice(found, count)]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("0 2 * * *", "0 0 2 * * *"),
        ("*/15 9-17 * * MON-FRI", "0 */15 9-17 * * MON-FRI"),
        ("30 0 2 * * *", "30 0 2 * * *"),
        ("@daily", "0 0 0 * * *"),
        ("@weekly", "0 0 0 * * 0"),
        ("  0   2 * *  ?  ", "0 0 2 * * *"),
    ],
)
def test_five_fields_and_names_become_six_with_the_second_first(given, sent):
    assert parse(given).text == sent


@pytest.mark.parametrize(
    ("text", "index", "values"),
    [
        ("0 1,5,9 * * * *", 1, {1, 5, 9}),
        ("0 0 9-12 * * *", 2, {9, 10, 11, 12}),
        ("0 0 1-23/11 * * *", 2, {1, 12, 23}),
        ("0 50/4 * * * *", 1, {50, 54, 58}),
        ("0 0 0 1 jan,Jun-AUG *", 4, {1, 6, 7, 8}),
        ("0 0 0 * * sat,0", 5, {0, 6}),
    ],
)
def test_lists_ranges_steps_and_names_stand_for_their_numbers(text, index, values):
    assert parse(text).values[index] == values


@pytest.mark.parametrize(
    ("text", "field", "bad"),
    [
        ("60 2 * * *", "minute", "60"),
        ("0 24 * * *", "hour", "24"),
        ("0 2 0 * *", "day of month", "0"),
        ("0 2 L * *", "day of month", "L"),
        ("0 2 * 13 *", "month", "13"),
        ("0 2 * MAI *", "month", "MAI"),
        ("0 2 * * 7", "day of week", "7"),
        ("0 2 * * MON#1", "day of week", "MON#1"),
        ("0 2 * * 15W", "day of week", "15W"),
        ("61 0 2 * * *", "second", "61"),
        ("*/0 2 * * *", "minute", "*/0"),
        ("*/x 2 * * *", "minute", "*/x"),
        ("0 22-2 * * *", "hour", "22-2"),
        ("1,,2 2 * * *", "minute", ""),
        ("*-5 2 * * *", "minute", "*-5"),
        ("-1 2 * * *", "minute", "-1"),
        ("1-2-3 2 * * *", "minute", "1-2-3"),
        ("² 2 * * *", "minute", "²"),
    ],
)
def test_a_mistake_names_the_field_the_value_and_what_is_valid(text, field, bad):
    with pytest.raises(InputError) as error:
        parse(text)
    (valid,) = (each.valid for each in FIELDS if each.name == field)
    assert f"{text!r}: {field} {bad!r}: " in str(error.value)
    assert str(error.value).endswith(f"valid is {valid}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0 2 * *", "4 fields; five"),
        ("", "0 fields; five"),
        ("0 0 2 * * * 2030", "7 fields; five"),
        ("@nightly", "not one of @yearly, "),
        ("@every 1h", "--interval says how often"),
        ("0 2 30 2 *", "never; no such day"),
        ("TZ=Europe/Vienna 0 2 * * *", "second 'TZ=Europe/Vienna'"),
    ],
)
def test_what_is_no_expression_is_refused_with_what_is_one(text, says):
    with pytest.raises(InputError) as error:
        parse(text)
    assert says in str(error.value)


def test_it_fires_at_the_times_that_it_says():
    assert times("0 2 * * *", "2030-01-31T02:00:00") == [
        "2030-02-01 02:00:00",
        "2030-02-02 02:00:00",
        "2030-02-03 02:00:00",
    ]
    assert times("59 59 23 31 12 *", "2030-12-31T23:59:58") == [
        "2030-12-31 23:59:59",
        "2031-12-31 23:59:59",
        "2032-12-31 23:59:59",
    ]
    assert times("0 0 29 2 *", "2029-01-01", count=1) == ["2032-02-29 00:00:00"]


def test_either_day_is_enough_unless_one_is_open():
    """1 January 2030 is a Tuesday."""
    assert times("0 0 3 * FRI", "2030-01-01") == [
        "2030-01-03 00:00:00",
        "2030-01-04 00:00:00",
        "2030-01-11 00:00:00",
    ]
    assert times("0 0 */2 * FRI", "2030-01-01", count=2) == [
        "2030-01-11 00:00:00",
        "2030-01-25 00:00:00",
    ]


def test_summer_time_leaves_an_hour_out_and_brings_one_twice():
    assert times("30 2 * * *", "2030-03-30", VIENNA) == [
        "2030-03-30 02:30:00+0100",
        "2030-04-01 02:30:00+0200",
        "2030-04-02 02:30:00+0200",
    ]
    assert times("30 2 * * *", "2030-10-27", VIENNA) == [
        "2030-10-27 02:30:00+0200",
        "2030-10-27 02:30:00+0100",
        "2030-10-28 02:30:00+0100",
    ]
