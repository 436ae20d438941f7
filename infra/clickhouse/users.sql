-- Users for a ClickHouse server of yours; the bundled engine has its own. Not a migration: run it once, as an administrator,
-- after putting passwords in place of the two words in angle brackets:
--     clickhouse-client --multiquery < infra/clickhouse/users.sql
-- Then give the services the first (HANGUP_CLICKHOUSE_USER, HANGUP_CLICKHOUSE_PASSWORD, or in the URL), and the query API the
-- second as well (HANGUP_SQL_USER, HANGUP_SQL_PASSWORD).

-- The services and `hangup migrate`. SELECT on system tables: which columns and tables there are.
CREATE USER IF NOT EXISTS hangup IDENTIFIED BY '<password>' SETTINGS async_insert = 0;
GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, ALTER, DROP, TRUNCATE, OPTIMIZE, SELECT, INSERT, SHOW ON hangup.* TO hangup;
GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, ALTER, DROP, TRUNCATE, OPTIMIZE, SELECT, INSERT, SHOW ON hangup_internal.* TO hangup;
GRANT SELECT ON system.tables TO hangup;
GRANT SELECT ON system.columns TO hangup;

-- SQL for people: reads database hangup, within limits, and may send no setting but max_execution_time (Grafana does).
CREATE SETTINGS PROFILE IF NOT EXISTS hangup_reader SETTINGS
    readonly = 1,
    max_execution_time = 30 MAX 60 CHANGEABLE_IN_READONLY,
    max_memory_usage = 2000000000,
    max_memory_usage_for_user = 4000000000,
    max_result_rows = 1000000,
    max_result_bytes = 1000000000,
    result_overflow_mode = 'throw',
    max_rows_to_read = 20000000000,
    max_concurrent_queries_for_user = 8,
    cancel_http_readonly_queries_on_client_close = 1;
CREATE USER IF NOT EXISTS hangup_reader IDENTIFIED BY '<reader password>' SETTINGS PROFILE hangup_reader;
GRANT SELECT ON hangup.* TO hangup_reader;
