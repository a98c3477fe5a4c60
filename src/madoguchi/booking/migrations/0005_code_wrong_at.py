from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0004_occasions'),
    ]

    operations = [
        migrations.AddField(
            model_name='booking',
            name='code_wrong_at',
            field=models.DateTimeField(null=True),
        ),
    ]
