"""An answer to a correction that a clerk typed off says how it came and who typed it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("casework", "0011_decisions_keep_their_due_day")]

    operations = [
        migrations.AddField("correction", "via", models.CharField(max_length=8, default="", db_default="")),
        migrations.AddField("correction", "typed_by", models.CharField(max_length=80, default="", db_default="")),
    ]
