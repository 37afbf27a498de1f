#!/bin/bash
# Makes what is missing and sets what may have changed: for each service a database, a role that owns it (for `migrate`)
# and a role that only uses it (for web, worker and whoever runs). Run at each start; what is there is left alone.
# /run/secrets/roles has a line a service: its name, the owner's password, the password of the one that runs.
set -euo pipefail

PGPASSWORD=$(cat /run/secrets/password)
export PGPASSWORD PGHOST=postgres PGUSER=postgres PGDATABASE=postgres PGCONNECT_TIMEOUT=5

for _ in $(seq 60); do
  psql -qAtc 'SELECT 1' >/dev/null 2>&1 && break
  sleep 0.5
done

while read -r service owner_password password; do
  # Passwords go through the standard input: everybody on the machine may read a command's words.
  psql -qAt -v ON_ERROR_STOP=1 -v service="$service" -v owner="${service}_owner" <<SQL
\\set owner_password '$owner_password'
\\set password '$password'
SET client_min_messages = warning;
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY[:'service', :'owner']) AS name
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \\gexec
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
ALTER ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0', :'service', :'owner')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'service') \\gexec
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service";
SQL
  echo "database $service is ready"
done </run/secrets/roles
