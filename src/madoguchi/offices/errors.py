"""What can go wrong with the city's own lists."""

from __future__ import annotations

from madoguchi.kernel.errors import DomainError, StartRefused


class CityWrong(StartRefused):
    """The city pack cannot be read; the message says what to put right."""


class DisasterWrong(DomainError):
    """The entry of a disaster must be put right; ``faults`` are (field, words)."""

    code = "disaster_wrong"
    status = 422

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(faults[0][1])
        self.faults = faults


class FeeMissing(DomainError):
    """The city's table has no amount for this fee on this day."""

    code = "fee_missing"
    ja = "手数料の額が決まっていないため、いまは申請できません。担当課にお電話ください。"
    status = 503
