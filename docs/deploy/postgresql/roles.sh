#!/bin/sh
# Run by the database's container when it first starts: an owner who migrates and backs up, and the role that the pages
# and the worker connect as. Neither is a superuser, for row-level security binds no superuser.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres \
  -v owner="$(cat /run/secrets/owner-password)" -v app="$(cat /run/secrets/app-password)" <<'SQL'
CREATE ROLE meanwhile_owner LOGIN CREATEDB PASSWORD :'owner';
CREATE ROLE meanwhile_app LOGIN PASSWORD :'app';
CREATE DATABASE meanwhile OWNER meanwhile_owner;
-- So that what was erased leaves the server's own log too.
ALTER SYSTEM SET wal_recycle = off;
SELECT pg_reload_conf();
GRANT pg_checkpoint TO meanwhile_owner;
\connect meanwhile
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO meanwhile_owner;
SQL
