-- What is said later of stored rows, which themselves are never changed: by newer rules (hangup rejudge). The newest verdict on a row
-- (the highest judged_time) stands; a row without one keeps the cause that it was stored with:
--     SELECT id, argMax(cause, judged_time) FROM hangup.verdicts GROUP BY id
CREATE TABLE IF NOT EXISTS hangup.verdicts
(
    collector LowCardinality(String) COMMENT 'The collector that saw it' CODEC(ZSTD(1)),
    epoch UInt64 COMMENT 'Start of the collector''s run, milliseconds since the Unix epoch' CODEC(ZSTD(1)),
    seq UInt64 COMMENT 'Number of the event within its collector''s run' CODEC(Delta, ZSTD(1)),
    end_time DateTime64(6, 'UTC') COMMENT 'As in the row: the packet that ended it' CODEC(Delta, ZSTD(1)),
    rule_version UInt16 COMMENT 'Version of the rules that say this' CODEC(ZSTD(1)),
    kind LowCardinality(String) COMMENT 'As in teardowns' CODEC(ZSTD(1)),
    cause LowCardinality(String) COMMENT 'The finest cause that the evidence supports' CODEC(ZSTD(1)),
    cause_parent LowCardinality(String) COMMENT 'The coarser cause that it refines; empty when it stands by itself' CODEC(ZSTD(1)),
    confidence UInt8 COMMENT '0-100: of rows with confidence p, p in 100 are right' CODEC(ZSTD(1)),
    evidence Array(LowCardinality(String)) COMMENT 'Names of the facts behind the cause' CODEC(ZSTD(3)),
    benign Nullable(Bool) COMMENT 'An end that harms nobody; null where the capture mode cannot decide' CODEC(ZSTD(1)),
    sender LowCardinality(String) COMMENT 'Side that ended it: client or server; empty when neither is known to have' CODEC(ZSTD(1)),
    judged_time DateTime64(6, 'UTC') COMMENT 'When this was said' CODEC(Delta, ZSTD(1)),
    id String ALIAS concat(collector, '-', toString(epoch), '-', toString(seq)) COMMENT 'The row in teardowns that this is about'
)
ENGINE = ReplacingMergeTree(judged_time)
PARTITION BY toDate(end_time)
-- The same rules said again replace what they said before.
ORDER BY (toStartOfHour(end_time), collector, epoch, seq, rule_version)
-- As long as the rows: change both together.
TTL toDateTime(end_time) + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1
COMMENT 'Later verdicts on stored teardowns; the newest on a row stands';
