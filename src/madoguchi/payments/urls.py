from django.urls import path

from . import rebill_views, withdrawn_views
from . import sale_staff_views as sale_views
from . import staff_views as views
from . import till_staff_views as till_views

urlpatterns = [
    path("payments/", views.payments, name="payments"),
    path("payments/notices/<int:notice_id>/seen/", views.notice_seen, name="notice_seen"),
    path("payments/sale/<slug:section>/", sale_views.sale, name="sale"),
    path("payments/sale/<slug:section>/take/", sale_views.take, name="sale_take"),
    path("payments/till/<slug:section>/", till_views.till, name="till"),
    path("payments/till/<slug:section>/close/", till_views.close, name="till_close"),
    path("payments/closes/<uuidtext:close_id>/", till_views.day_sheet, name="day_sheet"),
    path("payments/closes/<uuidtext:close_id>/take-over/", till_views.take_over, name="till_take_over"),
    path("payments/<uuidtext:payment_id>/", views.payment, name="payment"),
    path("payments/<uuidtext:payment_id>/receipt.pdf", views.paper, name="payment_paper"),
    path("payments/<uuidtext:payment_id>/take/", views.take, name="payment_take"),
    path("payments/<uuidtext:payment_id>/terminal/", views.take_terminal, name="payment_terminal"),
    path("payments/<uuidtext:payment_id>/rebill/", rebill_views.rebill, name="payment_rebill"),
    path("payments/<uuidtext:payment_id>/keep/", withdrawn_views.keep, name="payment_keep"),
    path("payments/<uuidtext:payment_id>/refund/", views.refund, name="payment_refund"),
    path("payments/<uuidtext:payment_id>/refund/<uuidtext:refund_id>/", views.refund_act, name="payment_refund_act"),
]
