import django.db.models.deletion
from django.db import migrations, models

KINDS = ["answer", "finder", "advisory", "rule", "link", "terms", "thing"]


class Migration(migrations.Migration):
    dependencies = [("parties", "0004_company_advised"), ("picos", "0014_pending_by_party")]
    operations = [
        migrations.AddField(
            "notice",
            "kind",
            models.CharField(
                choices=[
                    ("answer", "What companies write to you"),
                    ("finder", "What finders write to you"),
                    ("advisory", "Recalls, outages and warnings"),
                    ("rule", "What rules tell or ask you"),
                    ("link", "What is written by your links"),
                    ("terms", "Your terms: agreed to, declined, ended"),
                    ("thing", "Your things: passed on, or their maker joins"),
                ],
                default="thing",
                max_length=8,
            ),
        ),
        migrations.AddField(
            "notice",
            "company",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="parties.company",
            ),
        ),
        migrations.AddField("notice", "urgent", models.BooleanField(default=False)),
        migrations.AddConstraint(
            "notice",
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="notice_kind_is_known"),
        ),
        # What waited to be mailed is handed out to the ways of its person.
        migrations.RemoveIndex("notice", "notice_to_mail"),
        migrations.RenameField("notice", "mail_at", "due_at"),
        migrations.RemoveField("notice", "mail_tries"),
        migrations.AddIndex(
            "notice", models.Index(fields=["due_at"], name="notice_due", condition=~models.Q(due_at=None))
        ),
    ]
