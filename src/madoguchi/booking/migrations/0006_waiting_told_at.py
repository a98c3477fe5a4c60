from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0005_code_wrong_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='waiting',
            name='told_at',
            field=models.DateTimeField(null=True),
        ),
    ]
