"""The newest applications of one owner are found without looking at the others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0010_card_of_the_filing")]
    operations = [
        migrations.AddIndex("application", models.Index(fields=["owner", "-filed_at"], name="application_newest")),
    ]
