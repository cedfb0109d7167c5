"""When signals come: more in the school year than in summer, more on working days and in the afternoon."""

from datetime import timedelta

from benchmarks.year import plain_time
from benchmarks.year.desk import signal_life
from benchmarks.year.year import START, Year

_OF_MONTH = (1.0, 1.1, 1.1, 1.15, 1.1, 0.75, 0.65, 0.7, 1.15, 1.2, 1.15, 0.95)
_OF_WEEKDAY = (1.2, 1.15, 1.1, 1.1, 1.15, 0.7, 0.6)
_OF_HOUR = (3, 2, 1, 1, 1, 2, 4, 9, 16, 22, 24, 24, 22, 24, 26, 26, 24, 22, 20, 18, 16, 12, 8, 5)
_WEEKS = 52


def let_signals_come(year: Year, a_year: int, weeks: int) -> None:
    """Draw the moments of all signals, and the centre that each concerns."""
    days = [START + timedelta(days=n) for n in range(weeks * 7)]
    local = [plain_time.local(day) for day in days]
    weights = [_OF_MONTH[day.month - 1] * _OF_WEEKDAY[day.weekday()] for day in local]
    number = round(a_year * weeks / _WEEKS)
    for day in year.random.choices(days, weights, k=number):
        hour = year.random.choices(range(24), _OF_HOUR)[0]
        moment = day + timedelta(hours=hour, seconds=year.random.randrange(3600))
        year.begin(signal_life(year, year.random.choice(year.country.centres)), moment)
