"""Events that casework publishes."""

CASE_OPENED = "casework.CaseOpened"  # {case, slug}
CASE_CORRECTED = "casework.CaseCorrected"  # {case, slug, changed}: ids of the questions whose answers are others now
CASE_DECIDED = "casework.CaseDecided"  # {case, decision}
CASE_WITHDRAWN = "casework.CaseWithdrawn"  # {case}
CASE_STANDS = "casework.CaseStands"  # {case, at}: a re-examination has ended, the decision stands
PROGRESS = "casework.Progress"  # {application}, confidential: see intake.applications.progress_apply
CASE_DESTROYED = "casework.CaseDestroyed"  # {application}: at the end of the term of keeping
BULK_CONFIRMED = "casework.BulkConfirmed"  # {item}: one case of a run that somebody confirmed
