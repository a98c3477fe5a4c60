from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0002_about'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'confirmed'), models.Q(('about', ''), _negated=True)), fields=('about',), name='about_once'),
        ),
    ]
