"""Events that intake publishes, and those it listens to (names only; payloads are ids)."""

APPLICATION_FILED = "intake.ApplicationFiled"  # {application}
CORRECTION_ANSWERED = "intake.CorrectionAnswered"  # {application, correction, revision}
DOCUMENTS_ADDED = "intake.DocumentsAdded"  # {application}
WITHDRAWAL_ASKED = "intake.WithdrawalAsked"  # {application}
SECOND_ASKED = "intake.SecondAsked"  # {application}, confidential: {why, at}
TALK_ANSWERED = "intake.TalkAnswered"  # {application}, confidential: {id, text, at, agent}
