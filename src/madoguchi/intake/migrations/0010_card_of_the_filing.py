"""What the card said of the person who filed stays with the application, sealed. Empty for guests, companies, paper and all before."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("intake", "0009_corrections_are_signed")]

    operations = [migrations.AddField("application", "sealed_card", models.BinaryField(null=True))]
