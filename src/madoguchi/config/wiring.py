"""The only place that knows everything: who hears which event. Rooms are named, not loaded (config.later)."""

from __future__ import annotations

from madoguchi.adapters.debit_form import SLUG as DEBIT_FORM
from madoguchi.agency import events as agency
from madoguchi.agency import ports as agency_ports
from madoguchi.booking import doors
from madoguchi.cards.rules import DOOR as RECEIPT
from madoguchi.casework import events as casework
from madoguchi.casework import ports as casework_ports
from madoguchi.collection import events as collection
from madoguchi.delivery import events as delivery
from madoguchi.identity import events as identity
from madoguchi.identity import ports as identity_ports
from madoguchi.intake import events as intake
from madoguchi.kernel import metrics, outbox, sealing, witness
from madoguchi.notifications import events as notifications
from madoguchi.payments import events as payments
from madoguchi.payments import ports as payment_ports
from madoguchi.procedures import ports as procedure_ports
from madoguchi.scans import events as scans
from madoguchi.survey.rules import SLUG as SURVEY

from .later import Later

HANDLERS = {
    agency.MANDATE_ENDED: {"intake.told": "intake.public.basis_ended"},
    intake.APPLICATION_FILED: {"casework.open": "casework.public.open_case", "intake.confirm": "intake.public.filed_handler"},
    intake.CORRECTION_ANSWERED: {"casework.open": "casework.public.correction_received"},
    intake.DOCUMENTS_ADDED: {"casework.open": "casework.public.documents_received"},
    intake.WITHDRAWAL_ASKED: {"casework.open": "casework.public.withdrawal_decide"},
    intake.SECOND_ASKED: {"survey.open": "survey.public.second_asked"},
    intake.TALK_ANSWERED: {"casework.open": "casework.public.talk_received"},
    casework.BULK_CONFIRMED: {"casework.bulk": "casework.public.item_confirmed"},
    casework.CASE_OPENED: {"survey.open": "survey.public.case_opened"},
    casework.CASE_CORRECTED: {"survey.follow": "survey.public.case_corrected"},
    casework.CASE_DESTROYED: {"intake.forget": "intake.public.application_forget"},
    casework.CASE_WITHDRAWN: {"payments.withdrawn": "payments.public.case_withdrawn", "survey.open": "survey.public.case_ended"},
    casework.CASE_STANDS: {"survey.open": "survey.public.case_ended"},
    casework.PROGRESS: {"intake.progress": "intake.public.progress_apply"},
    casework.CASE_DECIDED: {"casework.letters": "casework.public.issue_documents", "delivery.parcels": "delivery.public.make_parcels",
                            "collection.debit": "adapters.debit_form.accounts.account_decided"},
    collection.NOTICES_WANTED: {"collection.print": "collection.public.file_print"},
    delivery.PARCEL_READY: {"delivery.deliver": "delivery.public.deliver"},
    identity.SECTION_LEFT: {"casework.release": "casework.public.cases_release"},
    payments.CHANGED: {"intake.pay": "intake.public.payment_changed", "collection.pay": "collection.public.payment_changed"},
    payments.REFUND_APPROVED: {"payments.refund": "payments.public.refund_send"},
    scans.SCAN_TAKEN: {"scans.read": "scans.public.sheet_read"},
    notifications.SEND: {"notifications.send": "notifications.public.mail_send"},
}

WITNESSES = ("intake", "casework", "records", "delivery", "survey", "payments")
BOOKS = {"till:": "payments.public.till_witness", "collection": "collection.public.witness", "booking:": "booking.public.witness",
         "queue:": "queue.public.witness", "cards": "cards.public.witness", "definition:": "procedures.public.witness",
         "disaster:": "offices.public.witness"}
SEALED = ("identity", "notifications", "agency", "intake", "casework", "delivery", "collection", "booking", "cards", "scans")
KEEPERS = {"collection": "registrations", "survey": "surveys", "delivery": "parcels", "payments": "payments", "scans": "views"}


def connect() -> None:
    """Subscribe every handler. A handler's name is the queue in which a case's messages keep their order."""
    for room in SEALED:
        sealing.register(room, Later(f"{room}.public.SEALED").value)
    for room in WITNESSES:
        witness.register(room, Later(f"{room}.public.witness"))
    for prefix, heard in BOOKS.items():
        witness.register_books(prefix, Later(heard))
    for event, handlers in HANDLERS.items():
        for name, handler in handlers.items():
            outbox.subscribe(event, name, Later(handler))
    doors.register(RECEIPT, doors.Door("交付通知書の番号", Later("cards.public.card_for_booking"), Later("cards.public.card_said")))
    metrics.readers["operations"] = Later("operations.public.gauges")
    procedure_ports.counters["inventory"] = Later("inventory.public.counters")
    identity_ports.programs["api"] = Later("api.public.programs")
    payment_ports.books[:] = [payment_ports.Books(Later("collection.public.order_void_refused"), Later("collection.public.order_void"))]
    agency_ports.needs["casework"] = Later("casework.public.representations_needed")
    _connect_casework()


def _connect_casework() -> None:
    casework_ports.helpers[SURVEY] = Later("survey.public.suggestion")
    casework_ports.checks[SURVEY] = Later("survey.public.decision_faults")
    casework_ports.case_links[SURVEY] = Later("survey.public.case_links")
    casework_ports.case_notes[SURVEY] = Later("survey.public.case_notes")
    casework_ports.every_note["delivery"] = Later("delivery.public.replaced_notes")
    casework_ports.case_links[DEBIT_FORM] = Later("adapters.debit_form.accounts.case_links")
    casework_ports.number_views["scans"] = Later("scans.public.views_of")
    for room, kept in KEEPERS.items():
        casework_ports.keepers[room] = casework_ports.Keeper(Later(f"{room}.public.{kept}_hold"), Later(f"{room}.public.{kept}_forget"))
