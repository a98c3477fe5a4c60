"""All addresses of the city hall."""

from django.urls import include, path, register_converter

from madoguchi.payments.hooks_views import hook
from madoguchi.web import views as web
from madoguchi.web.converters import UuidText

register_converter(UuidText, "uuidtext")

urlpatterns = [
    path("", include("madoguchi.intake.urls")),  # first what residents ask for most: addresses are tried one after the other
    path("healthz", web.health, name="health"),
    path("metrics", web.metrics_page, name="metrics"),
    path("", include("madoguchi.api.urls")),
    path("settings/", web.display_settings, name="display_settings"),
    path("accessibility/", web.accessibility, name="accessibility"),
    path("", include("madoguchi.identity.urls")),
    path("", include("madoguchi.procedures.urls")),
    path("", include("madoguchi.guide.urls")),
    path("", include("madoguchi.agency.urls")),
    path("", include("madoguchi.collection.my_urls")),
    path("", include("madoguchi.counter.urls")),
    path("", include("madoguchi.booking.urls")),
    path("", include("madoguchi.queue.urls")),
    path("", include("madoguchi.cards.urls")),
    path("staff/", include("madoguchi.agency.staff_urls")),
    path("staff/", include("madoguchi.casework.urls")),
    path("hooks/card/", hook, name="card_hook"),
    path("staff/", include("madoguchi.payments.urls")),
    path("staff/", include("madoguchi.collection.urls")),
    path("staff/", include("madoguchi.inventory.urls")),
    path("staff/", include("madoguchi.builder.urls")),
    path("staff/", include("madoguchi.procedures.staff_urls")),
    path("staff/", include("madoguchi.booking.staff_urls")),
    path("staff/", include("madoguchi.scans.staff_urls")),
    path("staff/", include("madoguchi.queue.staff_urls")),
    path("staff/", include("madoguchi.cards.staff_urls")),
    path("staff/", include("madoguchi.delivery.urls")),
    path("staff/", include("madoguchi.survey.urls")),
    path("staff/", include("madoguchi.figures.urls")),
    path("staff/", include("madoguchi.operations.urls")),
]
handler400 = "madoguchi.web.views.bad_request"
handler404 = "madoguchi.web.views.not_found"
handler500 = "madoguchi.web.views.server_error"
