"""All addresses of the city hall."""

from django.urls import URLResolver, include, path, register_converter
from django.urls.resolvers import RoutePattern

from madoguchi.payments.hooks_views import hook
from madoguchi.web import views as web
from madoguchi.web.converters import UuidText

register_converter(UuidText, "uuidtext")


def later(door: str, addresses: str) -> URLResolver:
    """Addresses that are read when the first request comes to this door: residents neither wait for the rooms of the staff nor carry them."""
    return URLResolver(RoutePattern(door), addresses)


urlpatterns = [
    path("", include("madoguchi.intake.urls")),  # first what residents ask for most: addresses are tried one after the other
    path("healthz", web.health, name="health"),
    path("metrics", web.metrics_page, name="metrics"),
    path("", include("madoguchi.api.urls")),
    path("settings/", web.display_settings, name="display_settings"),
    path("accessibility/", web.accessibility, name="accessibility"),
    path("", include("madoguchi.identity.urls")),
    path("", include("madoguchi.procedures.urls")),
    later("guide/", "madoguchi.guide.urls"),
    path("", include("madoguchi.agency.urls")),
    later("my/taxes/", "madoguchi.collection.my_urls"),
    later("counter/", "madoguchi.counter.urls"),  # a tablet in the hall
    later("booking/", "madoguchi.booking.urls"),
    later("queue/", "madoguchi.queue.urls"),
    later("card/", "madoguchi.cards.urls"),
    later("staff/", "madoguchi.identity.staff_urls"),
    later("staff/", "madoguchi.counter.staff_urls"),
    later("staff/", "madoguchi.agency.staff_urls"),
    later("staff/", "madoguchi.casework.urls"),
    path("hooks/card/", hook, name="card_hook"),
    later("staff/", "madoguchi.payments.urls"),
    later("staff/", "madoguchi.collection.urls"),
    later("staff/", "madoguchi.inventory.urls"),
    later("staff/", "madoguchi.builder.urls"),
    later("staff/", "madoguchi.procedures.staff_urls"),
    later("staff/", "madoguchi.booking.staff_urls"),
    later("staff/", "madoguchi.scans.staff_urls"),
    later("staff/", "madoguchi.queue.staff_urls"),
    later("staff/", "madoguchi.cards.staff_urls"),
    later("staff/", "madoguchi.delivery.urls"),
    later("staff/", "madoguchi.survey.urls"),
    later("staff/", "madoguchi.figures.urls"),
    later("staff/", "madoguchi.operations.urls"),
]
handler400 = "madoguchi.web.views.bad_request"
handler404 = "madoguchi.web.views.not_found"
handler500 = "madoguchi.web.views.server_error"
