"""Lesson 01: plans."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong

TABLE: Table = {
    "01.1": Answers(
        wrong=(
            Wrong("safer = wishlists", "AWS would still let the table be deleted"),
            Wrong(
                'safer = wishlists.replace("\\n}", "\\n  deletion_protection = true\\n}")',
                "It could be taken back for 35 days, and not for 14",
            ),
            Wrong(
                'safer = wishlists.replace("\\n}", "\\n  recovery_days = 90\\n}")',
                "recovery_days",
            ),
            Wrong(
                'safer = wishlists.replace("wishlists-lesson", "wishes-lesson")',
                "nothing else should change",
            ),
            Wrong("safer = {'deletion_protection': True}", "Your answer is not of the kind"),
        ),
        right=(
            'safer = wishlists.replace("\\n}", "\\n  recovery_days = 14\\n'
            '  deletion_protection = true\\n}")',
        ),
    ),
    "01.2": Answers(
        wrong=(
            Wrong('dangerous = {"sort-key"}', "You would have let {'new-name'} through"),
            Wrong("dangerous = set()", "through. Where does its plan say"),
            Wrong("dangerous = set(waiting)", "A shorter time only changes the table in place"),
            Wrong('dangerous = "sort-key, new-name"', "A set of names is wanted"),
            Wrong('dangerous = {"sort-key", "new-name", "owner"}', "No change has the name"),
            Wrong("dangerous = 2", "Your answer is not of the kind"),
        ),
        right=('dangerous = ["sort-key", "new-name"]',),
    ),
}
