from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('collection', '0016_transfers_taken_back'),
    ]

    operations = [
        migrations.AddField(
            model_name='demand',
            name='lines',
            field=models.JSONField(default=list, null=True),
        ),
    ]
