"""A decision keeps the due day that it was made by when its case is taken up again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("casework", "0010_standing_alarms")]

    operations = [migrations.AddField("decision", "due_on", models.DateField(null=True))]
