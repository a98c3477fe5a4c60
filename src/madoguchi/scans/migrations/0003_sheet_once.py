from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scans', '0002_upload_read_later'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='page',
            constraint=models.UniqueConstraint(fields=('upload', 'sheet'), name='scan_sheet_once'),
        ),
    ]
