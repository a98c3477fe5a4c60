from django.urls import path

from . import staff_views as views

urlpatterns = [
    path("inventory/", views.entries, name="inventory"),
    path("inventory/progress/", views.progress, name="inventory_progress"),
    path("inventory/list.csv", views.as_csv, name="inventory_csv"),
    path("inventory/link/", views.link, name="inventory_link"),
    path("inventory/doubles/", views.doubles_page, name="inventory_doubles"),
    path("inventory/import/", views.uploads, name="inventory_uploads"),
    path("inventory/import/<int:upload_id>/", views.upload, name="inventory_upload"),
    path("inventory/headings/<int:heading_id>/forget/", views.forget, name="inventory_heading"),
    path("inventory/<int:entry_id>/", views.entry, name="inventory_entry"),
]
