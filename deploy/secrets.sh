#!/bin/sh
# Prints fresh secrets for docker-compose.yml, in the form of its file `.env`:
#
#   (umask 077 && sh deploy/secrets.sh > .env)
#
# Once, before the first start: the database and everything sealed in it are bound to them.
set -eu

random() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

cat <<END
# The first admin token.
SALNAME_BOOTSTRAP_TOKEN=$(random)
# What the keys of all documents are wrapped in. Keep a copy apart from the backups of the database: without it no document and no claim can
# be read again, and with it a backup gives away what was erased since.
SALNAME_KEY_ENCRYPTION_KEY=$(head -c 32 /dev/urandom | base64)
# The role that owns the tables and migrates, and a role for each service.
POSTGRES_PASSWORD=$(random)
SALNAME_INGEST_PASSWORD=$(random)
SALNAME_PROJECTION_PASSWORD=$(random)
SALNAME_QUERY_PASSWORD=$(random)
END
