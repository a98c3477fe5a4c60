from django.urls import path

from . import expiry_staff_views as expiries
from . import outing_staff_views as outings
from . import rate_staff_views as rates
from . import staff_views as views

urlpatterns = [
    path("cards/", views.stock, name="cards"),
    path("cards/import/", views.take, name="cards_import"),
    path("cards/letters/", views.letters, name="card_letters"),
    path("cards/letters/<int:batch_id>/", views.sheets, name="card_sheets"),
    path("cards/expiries/", expiries.page, name="card_expiries"),
    path("cards/expiries/letters/", expiries.letters, name="card_expiry_letters"),
    path("cards/expiries/expiries.csv", expiries.as_csv, name="card_expiries_csv"),
    path("cards/expiries/<uuidtext:expiry_id>/drop/", expiries.drop, name="card_expiry_drop"),
    path("cards/c/<uuidtext:card_id>/consent/", expiries.consent, name="card_consent"),
    path("cards/rates/", rates.page, name="card_rates"),
    path("cards/rates/rates.csv", rates.as_csv, name="card_rates_csv"),
    path("cards/outings/", outings.listing, name="card_outings"),
    path("cards/outings/<slug:key>/", outings.one, name="card_outing"),
    path("cards/outings/<slug:key>/change/", outings.change, name="card_outing_change"),
    path("cards/outings/<slug:key>/cancel/", outings.cancel, name="card_outing_cancel"),
    path("cards/c/<uuidtext:card_id>/", views.one, name="card_one"),
    path("cards/c/<uuidtext:card_id>/hand/", views.hand, name="card_hand"),
    path("cards/c/<uuidtext:card_id>/return/", views.send_back, name="card_return"),
]
