"""The only place that knows everything: who hears which event."""

from __future__ import annotations

from madoguchi.adapters import debit_form
from madoguchi.agency import ports as agency_ports
from madoguchi.agency import public as agency
from madoguchi.api import public as api
from madoguchi.booking import public as booking
from madoguchi.cards import public as cards
from madoguchi.casework import ports as casework_ports
from madoguchi.casework import public as casework
from madoguchi.collection import public as collection
from madoguchi.delivery import public as delivery
from madoguchi.identity import ports as identity_ports
from madoguchi.identity import public as identity
from madoguchi.intake import public as intake
from madoguchi.inventory import public as inventory
from madoguchi.kernel import metrics, outbox, sealing, witness
from madoguchi.notifications import public as notifications
from madoguchi.operations import public as operations
from madoguchi.payments import public as payments
from madoguchi.procedures import ports as procedure_ports
from madoguchi.procedures import public as procedures
from madoguchi.queue import public as queue
from madoguchi.records import public as records
from madoguchi.scans import public as scans
from madoguchi.survey import public as survey

HANDLERS = {
    intake.APPLICATION_FILED: {"casework.open": casework.open_case, "intake.confirm": intake.filed_handler},
    intake.CORRECTION_ANSWERED: {"casework.open": casework.correction_received},
    intake.DOCUMENTS_ADDED: {"casework.open": casework.documents_received},
    intake.WITHDRAWAL_ASKED: {"casework.open": casework.withdrawal_decide},
    intake.SECOND_ASKED: {"survey.open": survey.second_asked},
    intake.TALK_ANSWERED: {"casework.open": casework.talk_received},
    casework.BULK_CONFIRMED: {"casework.bulk": casework.item_confirmed},
    casework.CASE_OPENED: {"survey.open": survey.case_opened},
    casework.CASE_CORRECTED: {"survey.follow": survey.case_corrected},
    casework.CASE_DESTROYED: {"intake.forget": intake.application_forget},
    casework.CASE_WITHDRAWN: {"payments.withdrawn": payments.case_withdrawn},
    casework.PROGRESS: {"intake.progress": intake.progress_apply},
    casework.CASE_DECIDED: {"casework.letters": casework.issue_documents, "delivery.parcels": delivery.make_parcels,
                             "collection.debit": debit_form.account_decided},
    collection.NOTICES_WANTED: {"collection.print": collection.file_print},
    delivery.PARCEL_READY: {"delivery.deliver": delivery.deliver},
    identity.SECTION_LEFT: {"casework.release": casework.cases_release},
    payments.CHANGED: {"intake.pay": intake.payment_changed, "collection.pay": collection.payment_changed},
    payments.REFUND_APPROVED: {"payments.refund": payments.refund_send},
    scans.SCAN_TAKEN: {"scans.read": scans.sheet_read},
    notifications.SEND: {"notifications.send": notifications.mail_send},
}

WITNESSES = {
    "intake": intake.witness, "casework": casework.witness, "records": records.witness, "delivery": delivery.witness,
    "survey": survey.witness, "payments": payments.witness,
}
BOOKS = {"till:": payments.till_witness, "collection": collection.witness, "booking:": booking.witness, "queue:": queue.witness,
         "cards": cards.witness, "definition:": procedures.witness}
SEALED = (sealing.KERNEL, identity.SEALED, notifications.SEALED, agency.SEALED, intake.SEALED, casework.SEALED, delivery.SEALED,
          collection.SEALED, booking.SEALED, cards.SEALED, scans.SEALED)


def connect() -> None:
    """Subscribe every handler. A handler's name is the queue in which a case's messages keep their order."""
    for columns in SEALED:
        sealing.register(columns)
    for name, hear in WITNESSES.items():
        witness.register(name, hear)
    for prefix, hear in BOOKS.items():
        witness.register_books(prefix, hear)
    booking.door_register(cards.DOOR, booking.Door("交付通知書の番号", cards.card_for_booking, cards.card_said))
    for event, handlers in HANDLERS.items():
        for name, handler in handlers.items():
            outbox.subscribe(event, name, handler)
    metrics.readers["operations"] = operations.gauges
    procedure_ports.counters["inventory"] = inventory.counters
    identity_ports.programs["api"] = api.programs
    casework_ports.helpers[survey.SLUG] = survey.suggestion
    casework_ports.checks[survey.SLUG] = survey.decision_faults
    casework_ports.case_links[survey.SLUG] = survey.case_links
    casework_ports.case_notes[survey.SLUG] = survey.way_notes
    casework_ports.case_links[debit_form.SLUG] = debit_form.case_links
    agency_ports.needs["casework"] = casework.representations_needed
    casework_ports.number_views["scans"] = scans.views_of
    casework_ports.keepers |= {
        "collection": casework_ports.Keeper(collection.registrations_hold, collection.registrations_forget),
        "survey": casework_ports.Keeper(survey.surveys_hold, survey.surveys_forget),
        "delivery": casework_ports.Keeper(delivery.parcels_hold, delivery.parcels_forget),
        "payments": casework_ports.Keeper(payments.payments_hold, payments.payments_forget),
        "scans": casework_ports.Keeper(scans.views_hold, scans.views_forget),
    }
