from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scans', '0004_numbers_seen'),
    ]

    operations = [
        migrations.AddField(
            model_name='page',
            name='no_number',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
