-- The roles of the services, one for each, which may log in and by themselves do nothing: `salname migrate` grants each what it needs.
--
-- For psql 15 or newer, as the owner of the database (who may create roles); it can be run again, and then sets the passwords anew. It reads
-- them from the environment: SALNAME_INGEST_PASSWORD, SALNAME_PROJECTION_PASSWORD, SALNAME_QUERY_PASSWORD.

\set ON_ERROR_STOP on
\getenv ingest SALNAME_INGEST_PASSWORD
\getenv projection SALNAME_PROJECTION_PASSWORD
\getenv query SALNAME_QUERY_PASSWORD

BEGIN;

SELECT format('CREATE ROLE %I', wanted) FROM unnest(ARRAY['salname_ingest', 'salname_projection', 'salname_query']) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)
\gexec

ALTER ROLE salname_ingest LOGIN NOCREATEDB NOCREATEROLE PASSWORD :'ingest';
ALTER ROLE salname_projection LOGIN NOCREATEDB NOCREATEROLE PASSWORD :'projection';
ALTER ROLE salname_query LOGIN NOCREATEDB NOCREATEROLE PASSWORD :'query';

-- Nobody comes in, makes tables or borrows room for temporary ones only because nobody forbade it.
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO salname_ingest, salname_projection, salname_query;

COMMIT;
