"""A linear axis: where a value lies in a chart, and which values are worth a tick."""

import math
from dataclasses import dataclass

_FEWEST_DIGITS = 1e-9


@dataclass(frozen=True)
class Axis:
    """Lays finite values `low`..`high` out from `start` to `end`, in the chart's units."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Returns a value's place; what lies beyond an end is put there."""
        if self.high <= self.low:
            return (self.start + self.end) / 2
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    def step(self, count: int) -> float:
        """Returns a step of 1, 2 or 5 times a power of ten that makes about `count` ticks.

        After Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990.
        """
        span = self.high - self.low
        # A span below the resolution of floats would give ticks that don't differ.
        floor = _FEWEST_DIGITS * max(abs(self.low), abs(self.high), _FEWEST_DIGITS)
        rough = max(span, floor) / count
        power = 10.0 ** math.floor(math.log10(rough))
        return next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough * 0.999)

    def ticks(self, count: int) -> list[float]:
        """Returns multiples of `step(count)` on the axis, ascending."""
        step = self.step(count)
        first = math.ceil(self.low / step - 1e-6)
        last = math.floor(self.high / step + 1e-6)
        return [index * step for index in range(first, last + 1)]


def from_zero(highest: float, start: float, end: float, count: int) -> Axis:
    """Returns an axis from 0 to the first tick at or above `highest`."""
    rough = Axis(0.0, highest if highest > 0 else 1.0, start, end)
    step = rough.step(count)
    return Axis(0.0, step * math.ceil(rough.high / step - 1e-6), start, end)


def of_shares(lowest: float, highest: float, start: float, end: float, count: int) -> Axis:
    """Returns an axis between round numbers in 0..1, with some room around shares."""
    # Marks, unlike bars, may be read on an axis that doesn't begin at 0.
    around = max(0.02, (highest - lowest) * 0.15)
    rough = Axis(max(0.0, lowest - around), min(1.0, highest + around), start, end)
    step = rough.step(count)
    low, high = math.floor(rough.low / step) * step, math.ceil(rough.high / step) * step
    return Axis(max(0.0, low), min(1.0, high), start, end)
