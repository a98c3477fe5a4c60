from django.urls import path

from . import views_my as views

urlpatterns = [
    path("", views.taxes, name="taxes"),
    path("choose/", views.choose, name="taxes_choose"),
    path("pay/<uuidtext:order_id>/", views.order, name="taxes_order"),
    path("pay/<uuidtext:order_id>/card/", views.card, name="taxes_card"),
    path("pay/<uuidtext:order_id>/back/", views.back, name="taxes_back"),
    path("pay/<uuidtext:order_id>/cancel/", views.cancel, name="taxes_cancel"),
    path("pay/<uuidtext:order_id>/receipt/", views.receipt, name="taxes_receipt"),
    path("slips/<int:demand_id>/", views.slips, name="taxes_slips"),
    path("mail/", views.mail, name="taxes_mail"),
    path("mail/stop/", views.mail_stop, name="taxes_mail_stop"),
]
