from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0006_where_a_role_came_from'),
    ]

    operations = [
        migrations.AddField(
            model_name='staff',
            name='must_change',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
