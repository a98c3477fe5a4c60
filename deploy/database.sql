-- An empty database of the two roles (roles.sql), made as PostgreSQL's superuser: at the first set-up, and before a restore.
\set ON_ERROR_STOP on
CREATE DATABASE madoguchi OWNER madoguchi_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE madoguchi FROM PUBLIC;
GRANT CONNECT ON DATABASE madoguchi TO madoguchi;
\connect madoguchi
ALTER SCHEMA public OWNER TO madoguchi_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO madoguchi;
ALTER DEFAULT PRIVILEGES FOR ROLE madoguchi_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO madoguchi;
ALTER DEFAULT PRIVILEGES FOR ROLE madoguchi_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO madoguchi;
