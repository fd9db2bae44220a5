"""The history of the demonstration, in the order in which it happened."""

from __future__ import annotations

from datetime import datetime, timedelta

from scripts.demo_acts import workday
from scripts.demo_stages import Stages


def play(story: Stages, present: datetime) -> None:
    """Play everything up to `present`, where the story's clock is left."""
    clock = story.clock
    if clock is None:
        raise ValueError("History needs a clock that moves.")

    def ago(days: float) -> datetime:
        return present - timedelta(days=days)

    year = present.year
    lines = story.lines(year)
    story.shelve()
    whole = ("submit", "approve", "announce")
    planned = {
        name: story.project(name, year, lines, ago(43), *steps)
        for name, steps in (("lights", whole), ("heating", whole), ("masks", (*whole[:2], "withdraw")))
    }
    clock.set(ago(43))
    lights = story.begun(planned["lights"], "lights", workday(ago(15), 1))
    failing = story.tender("library", closes_at=workday(ago(12), 2))
    supplies = story.tender("supplies", closes_at=workday(ago(21), 6))
    consulting = story.tender("counsel", closes_at=workday(ago(29), 3))
    for number in (1, 2, 3, 4):
        clock.forward(hours=5)
        story.bid(lights, number)
    for number in (2, 4):
        story.bid(failing, number)
    clock.set(ago(38))
    story.consultation(consulting, (1, 2, 3))
    clock.set(max(clock.moment, ago(24)))
    judging = story.tender("tablets", closes_at=workday(ago(3.2), 3))
    agreement = story.framework(supplies, (1, 2, 3, 4))
    for number in (1, 3, 4):
        story.bid(judging, number)
    story.project("security", year, lines, present + timedelta(days=40), *whole)
    story.seat(lights, 5)
    story.open(lights)
    story.judge(lights, signing=range(1, 6))
    clock.forward(hours=26)
    story.award(lights)
    story.finish(planned["lights"])
    story.open(failing)
    story.order(agreement, "40", 2)
    story.seat(judging, 5)
    clock.set(ago(7))
    heating = story.begun(planned["heating"], "heating", workday(present + timedelta(days=19), 2))
    story.follow(heating, "news@follower.example")
    story.ask(heating, 4, 0)
    clock.set(ago(5))
    story.answer(heating)
    clock.set(ago(4))
    story.amend(heating)
    story.open(judging)
    story.judge(judging, signing=(1, 2))
    clock.set(max(clock.moment, ago(2)))
    soon = present + timedelta(days=70)
    story.project("training", year, lines, soon, *whole[:2])
    for name in ("computers_north", "computers_south"):
        story.project(name, year, lines, soon, "submit")
    story.project("instruments", year, lines, soon)
    story.draft("desks", closes_at=present + timedelta(days=6))
    story.submit(story.draft("network", closes_at=workday(present + timedelta(days=26), 2)))
    clock.set(max(clock.moment, ago(1)))
    story.ask(heating, 1, 1)
    clock.set(present)
