-- Run once as PostgreSQL's superuser. Two roles: the owner makes tables (madoguchi-setup.service and deploy/owner alone know its
-- password); the one that serves reads and writes rows and can neither make, change nor empty a table.
-- Before it: \set owner_password '…' and \set password '…'; after it: database.sql
\set ON_ERROR_STOP on
CREATE ROLE madoguchi_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'owner_password';
CREATE ROLE madoguchi LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'password';
