from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_mail_begun")]
    operations = [migrations.AddIndex("mail", models.Index(condition=models.Q(("state", "refused")), fields=["key"], name="mail_refused"))]
