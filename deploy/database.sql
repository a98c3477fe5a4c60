-- Run once as PostgreSQL's superuser. Two roles: the owner makes tables (madoguchi-setup.service alone knows its password);
-- the one that serves reads and writes rows and can neither make, change nor empty a table.
-- Before it: \set owner_password '…' and \set password '…'
\set ON_ERROR_STOP on
CREATE ROLE madoguchi_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'owner_password';
CREATE ROLE madoguchi LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'password';
CREATE DATABASE madoguchi OWNER madoguchi_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE madoguchi FROM PUBLIC;
GRANT CONNECT ON DATABASE madoguchi TO madoguchi;
\connect madoguchi
ALTER SCHEMA public OWNER TO madoguchi_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO madoguchi;
ALTER DEFAULT PRIVILEGES FOR ROLE madoguchi_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO madoguchi;
ALTER DEFAULT PRIVILEGES FOR ROLE madoguchi_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO madoguchi;
