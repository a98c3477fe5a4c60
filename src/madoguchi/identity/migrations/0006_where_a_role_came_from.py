from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0005_businesses'),
    ]

    operations = [
        migrations.AddField(
            model_name='membership',
            name='given_by',
            field=models.CharField(db_default='', default='', max_length=4),
        ),
        migrations.AddField(
            model_name='membership',
            name='ended_by',
            field=models.CharField(db_default='', default='', max_length=4),
        ),
    ]
