from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]
    operations = [migrations.AddField("mail", "begun", models.PositiveSmallIntegerField(default=0, db_default=0))]
