"""Events that casework publishes."""

CASE_OPENED = "casework.CaseOpened"  # {case, slug}
CASE_DECIDED = "casework.CaseDecided"  # {case, decision}
PROGRESS = "casework.Progress"  # {application}, confidential: see intake.applications.progress_apply
