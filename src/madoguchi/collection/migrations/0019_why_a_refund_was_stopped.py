from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('collection', '0018_letters_of_what_goes_back'),
    ]

    operations = [
        migrations.AddField(
            model_name='giveback',
            name='why',
            field=models.CharField(db_default='', default='', max_length=10),
        ),
    ]
