"""Rows of the room: what is due (dues), and money (money)."""

from .dues import Change, Demand, FeeSlip, Instalment, Reminder, Run, RunFile, Sheet, VoidNumber, WriteOff
from .money import (
    FEES,
    DebitAct,
    DebitRequest,
    DirectDebit,
    DueMail,
    DueTold,
    Excess,
    FeeDebit,
    GiveBack,
    Money,
    OnlineOrder,
    Posting,
    Transfer,
    Unmatch,
)

__all__ = [
    "FEES", "Change", "DebitAct", "DebitRequest", "Demand", "DirectDebit", "DueMail", "DueTold", "Excess", "FeeDebit", "FeeSlip", "GiveBack",
    "Instalment", "Money",
    "OnlineOrder", "Posting", "Reminder", "Run", "RunFile", "Sheet", "Transfer", "Unmatch", "VoidNumber", "WriteOff",
]
