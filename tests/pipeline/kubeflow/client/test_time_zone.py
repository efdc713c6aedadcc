"""An expression meant in one zone is right in the server's all year, or it is refused."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest

from components.errors import InputError
from pipeline.kubeflow.client.cron import parse
from pipeline.kubeflow.client.time_zone import for_server, zone_of

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def moved(text, zone, server="UTC"):
    return for_server(parse(text), ZoneInfo(zone), ZoneInfo(server), NOW)


@pytest.mark.parametrize(
    ("text", "zone", "server", "sent"),
    [
        ("0 2 * * *", "UTC", "UTC", "0 0 2 * * *"),
        ("0 2 * * *", "Europe/Vienna", "Europe/Vienna", "0 0 2 * * *"),
        ("0 2 * * *", "Europe/Vienna", "Europe/Berlin", "0 0 2 * * *"),
        ("0 9 * * *", "Asia/Tokyo", "UTC", "0 0 0 * * *"),
        ("0 2 * * *", "Asia/Kolkata", "UTC", "0 30 20 * * *"),
        ("0 2 * * MON-FRI", "Asia/Kolkata", "UTC", "0 30 20 * * 0,1,2,3,4"),
        ("0 20 * * SAT", "America/Phoenix", "UTC", "0 0 3 * * 0"),
        ("0 6,18 * * *", "Asia/Tokyo", "UTC", "0 0 9,21 * * *"),
        ("*/15 * * * *", "Europe/Vienna", "UTC", "0 */15 * * * *"),
        ("0 10 1 * *", "Asia/Tokyo", "UTC", "0 0 1 1 * *"),
    ],
)
def test_the_expression_that_is_sent_fires_when_the_one_that_was_given_does(
    text, zone, server, sent
):
    made = moved(text, zone, server)
    assert made.text == sent
    assert parse(made.text).values == made.values
    until = NOW + timedelta(days=40)
    given, found = (
        [t.astimezone(UTC) for t in takewhile(lambda t: t < until, each)]
        for each in (
            parse(text).times(NOW, ZoneInfo(zone)),
            made.times(NOW, ZoneInfo(server)),
        )
    )
    assert given == found


@pytest.mark.parametrize(
    ("text", "zone", "why"),
    [
        ("0 2 * * *", "Europe/Vienna", "changes within the year"),
        ("0 2 1 * *", "Asia/Tokyo", "more than one expression"),
        ("0 2,20 * * MON", "Asia/Tokyo", "more than one expression"),
        ("0,40 2 * * *", "Asia/Kolkata", "more than one expression"),
    ],
)
def test_an_expression_that_cannot_be_right_is_refused_with_what_to_do(text, zone, why):
    with pytest.raises(InputError) as error:
        moved(text, zone)
    assert why in str(error.value)
    assert f"say --server-time-zone {zone}" in str(error.value)


def test_a_zone_is_one_that_exists():
    assert zone_of("--time-zone", "Asia/Kolkata").key == "Asia/Kolkata"
    for name in ("Kolkata", "../etc/passwd", "", "utc+1"):
        with pytest.raises(InputError, match="--time-zone"):
            zone_of("--time-zone", name)
