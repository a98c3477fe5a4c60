from django.urls import path

from . import staff_views as views

urlpatterns = [
    path("payments/", views.payments, name="payments"),
    path("payments/<uuidtext:payment_id>/", views.payment, name="payment"),
    path("payments/<uuidtext:payment_id>/receipt.pdf", views.paper, name="payment_paper"),
    path("payments/<uuidtext:payment_id>/take/", views.take, name="payment_take"),
    path("payments/<uuidtext:payment_id>/refund/", views.refund, name="payment_refund"),
    path("payments/<uuidtext:payment_id>/refund/<uuidtext:refund_id>/", views.refund_act, name="payment_refund_act"),
]
