from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0012_answers_typed_off'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='reopened',
            field=models.JSONField(blank=True, null=True),
        ),
    ]
