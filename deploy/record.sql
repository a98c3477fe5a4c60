-- Run once after the first set-up, as PostgreSQL's superuser: the role that serves can add to the record and never change or
-- remove what stands there, not even with its own password in the wrong hands. (Which seal covers an entry is written later.)
\set ON_ERROR_STOP on
\connect madoguchi
REVOKE UPDATE, DELETE ON kernel_auditentry, kernel_auditseal FROM madoguchi;
GRANT UPDATE (sealed_in_id) ON kernel_auditentry TO madoguchi;
