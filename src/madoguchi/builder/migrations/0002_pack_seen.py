from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("builder", "0001_initial")]
    operations = [migrations.AddField("copy", "pack", models.TextField(blank=True, default="", db_default=""))]
