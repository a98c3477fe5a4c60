import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('collection', '0017_lines_of_a_notice'),
    ]

    operations = [
        migrations.AddField(
            model_name='excess',
            name='run',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='collection.run'),
        ),
        migrations.AddField(
            model_name='excess',
            name='told',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='giveback',
            name='run',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='collection.run'),
        ),
        migrations.AddField(
            model_name='giveback',
            name='told_on',
            field=models.DateField(null=True),
        ),
    ]
