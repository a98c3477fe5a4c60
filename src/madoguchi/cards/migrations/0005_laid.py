from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cards", "0004_expiries")]
    operations = [migrations.AddField(model_name="batch", name="laid_at", field=models.DateTimeField(null=True))]
