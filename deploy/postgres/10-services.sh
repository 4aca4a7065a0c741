#!/bin/sh
# Run once, when the server's folder is empty: one database and one role per service; no role sees another's database.
set -eu
for service in registration scheduling billing notifications; do
  psql -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d postgres \
    -v service="$service" -v password="$(cat "/run/secrets/postgres-$service")" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
