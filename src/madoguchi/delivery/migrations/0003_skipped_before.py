"""Parcels whose hand-over was given up before: they stood as refused, kept their bytes and held their case for ever. Who it was and
why stands in the record of the case (outbox.skipped)."""

from django.db import migrations

BATCH = 200


def give_up(apps, schema_editor):
    Parcel, Message = apps.get_model("delivery", "Parcel"), apps.get_model("kernel", "Message")
    rows = list(Parcel.objects.exclude(state__in=["delivered", "skipped"]).values_list("id", "key"))
    for start in range(0, len(rows), BATCH):
        keys = {f"parcel:{key}": parcel for parcel, key in rows[start : start + BATCH]}
        given_up = Message.objects.filter(handler="delivery.deliver", state="done", error_code="skipped", key__in=keys)
        for key, at in given_up.values_list("key", "done_at"):
            Parcel.objects.filter(id=keys[key]).update(state="skipped", sealed=None, skipped_at=at)


class Migration(migrations.Migration):

    dependencies = [("delivery", "0002_skipped"), ("kernel", "0002_search_key")]

    operations = [migrations.RunPython(give_up, migrations.RunPython.noop)]
