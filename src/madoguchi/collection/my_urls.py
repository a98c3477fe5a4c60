from django.urls import path

from . import views_my as views

urlpatterns = [
    path("my/taxes/", views.taxes, name="taxes"),
    path("my/taxes/choose/", views.choose, name="taxes_choose"),
    path("my/taxes/pay/<uuidtext:order_id>/", views.order, name="taxes_order"),
    path("my/taxes/pay/<uuidtext:order_id>/card/", views.card, name="taxes_card"),
    path("my/taxes/pay/<uuidtext:order_id>/back/", views.back, name="taxes_back"),
    path("my/taxes/pay/<uuidtext:order_id>/cancel/", views.cancel, name="taxes_cancel"),
    path("my/taxes/pay/<uuidtext:order_id>/receipt/", views.receipt, name="taxes_receipt"),
    path("my/taxes/slips/<int:demand_id>/", views.slips, name="taxes_slips"),
    path("my/taxes/mail/", views.mail, name="taxes_mail"),
    path("my/taxes/mail/stop/", views.mail_stop, name="taxes_mail_stop"),
]
