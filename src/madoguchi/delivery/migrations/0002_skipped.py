"""Who gave a hand-over up, when and why."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("delivery", "0001_initial")]

    operations = [
        migrations.AddField("parcel", "skipped_at", models.DateTimeField(null=True)),
        migrations.AddField("parcel", "skipped_by", models.CharField(db_default="", default="", max_length=80)),
        migrations.AddField("parcel", "skip_reason", models.CharField(db_default="", default="", max_length=20)),
    ]
