from django.urls import path

from . import account_staff_views as accounts
from . import change_staff_views as changes
from . import counter_staff_views as counter
from . import daily_staff_views as daily
from . import debit_staff_views as debits
from . import excess_staff_views as excess
from . import fee_staff_views as fees
from . import name_staff_views as names
from . import run_staff_views as runs
from . import staff_views as views
from . import unmatch_staff_views as unmatches
from . import write_off_staff_views as write_offs

urlpatterns = [
    path("payments/<uuidtext:payment_id>/slip/", fees.fee_slip, name="fee_slip"),
    path("collection/", views.overview, name="collection"),
    path("collection/parity/", views.parity, name="collection_parity"),
    path("collection/sheets/", views.sheets, name="collection_sheets"),
    path("collection/sheets/<int:sheet_id>/", views.sheet, name="collection_sheet"),
    path("collection/demands/", views.demands, name="demands"),
    path("collection/demands/<int:demand_id>/", views.demand, name="demand"),
    path("collection/demands/<int:demand_id>/slips/", views.slips, name="demand_slips"),
    path("collection/demands/<int:demand_id>/late/", views.late_slips, name="demand_late"),
    path("collection/demands/<int:demand_id>/counter/", counter.counter, name="demand_counter"),
    path("collection/demands/<int:demand_id>/write-off/", write_offs.propose, name="write_off_propose"),
    path("collection/write-offs/", write_offs.write_offs, name="write_offs"),
    path("collection/write-offs.csv", write_offs.sheet, name="write_offs_sheet"),
    path("collection/write-offs/<uuidtext:write_off_id>/", write_offs.answer, name="write_off_answer"),
    path("collection/runs/", runs.runs, name="notice_runs"),
    path("collection/runs/<int:run_id>/", runs.run, name="notice_run"),
    path("collection/runs/<int:run_id>/job.csv", runs.job, name="notice_job"),
    path("collection/runs/file/<int:file_id>/", runs.file, name="notice_file"),
    path("collection/changes/", changes.changes, name="changes"),
    path("collection/changes/<int:sheet_id>/", changes.change, name="change"),
    path("collection/names/", names.names, name="names"),
    path("collection/names/<int:sheet_id>/", names.name, name="name"),
    path("collection/unmatched/", views.unknown, name="unmatched"),
    path("collection/unmatched/<int:money_id>/", views.money, name="unmatched_money"),
    path("collection/unmatched/<int:money_id>/match/", views.match, name="unmatched_match"),
    path("collection/unmatched/<int:money_id>/back/", unmatches.ask, name="unmatch_ask"),
    path("collection/unmatched/<int:money_id>/answer/", unmatches.answer, name="unmatch_answer"),
    path("collection/excess/", excess.excess_all, name="excess"),
    path("collection/excess/<int:excess_id>/", excess.excess, name="excess_one"),
    path("collection/excess/<int:excess_id>/offset/", excess.offset, name="excess_offset"),
    path("collection/excess/<int:excess_id>/refund/", excess.refund, name="excess_refund"),
    path("collection/excess/<int:excess_id>/<uuidtext:back_id>/", excess.answer, name="excess_answer"),
    path("collection/excess/<int:excess_id>/letter/", excess.ask_letter, name="excess_letter"),
    path("collection/excess/<int:excess_id>/<uuidtext:back_id>/letter/", excess.back_letter, name="back_letter"),
    path("collection/daily/", daily.days, name="daily"),
    path("collection/daily.csv", daily.sheet, name="daily_sheet"),
    path("collection/debits/", debits.debits, name="debits"),
    path("collection/debits/file/", debits.debits_file, name="debits_file"),
    path("collection/debits/fees/", debits.debits_fees, name="debits_fees"),
    path("collection/debits/<int:request_id>/", debits.debit_request, name="debit_request"),
    path("collection/debits/<int:request_id>/back/", debits.takeback, name="debit_takeback"),
    path("collection/accounts/", accounts.accounts, name="debit_accounts"),
    path("collection/accounts/<uuidtext:act_id>/", accounts.place, name="debit_place"),
    path("collection/accounts/<uuidtext:act_id>/drop/", accounts.drop, name="debit_drop"),
    path("collection/transfers/", excess.transfers, name="transfers"),
    path("collection/transfers/<int:transfer_id>/", excess.transfer, name="transfer"),
    path("collection/transfers/<int:transfer_id>/back/", excess.transfer_back, name="transfer_back"),
]
