-- Alerts: one row at fire, at each update and at resolve; the row of the highest version is the alert as it stands.
-- Read it with FINAL. The alerter also reads its own state back from here after a restart.
CREATE TABLE IF NOT EXISTS hangup.alerts
(
    id String COMMENT 'fingerprint-started: names this alert for good',
    fingerprint String COMMENT 'port-cause: the same for every alert of one series',
    state LowCardinality(String) COMMENT 'firing or resolved',
    port UInt16 COMMENT 'Server port whose resets rose',
    cause LowCardinality(String) COMMENT 'Cause of the resets that rose',
    started_time DateTime64(6, 'UTC') COMMENT 'Start of the first interval in which the rule held',
    updated_time DateTime64(6, 'UTC') COMMENT 'End of the last interval in which the rule held',
    resolved_time Nullable(DateTime64(6, 'UTC')) COMMENT 'End of the interval that resolved it; null while it is firing',
    resets UInt64 COMMENT 'Resets of this cause on this port in the last interval in which the rule held',
    teardowns UInt64 COMMENT 'Ends of established connections on this port in that interval',
    rate Float64 COMMENT 'resets / teardowns, 0 to 1',
    baseline_resets UInt64 COMMENT 'Resets of this cause on this port in the 60 intervals before it fired',
    baseline_teardowns UInt64 COMMENT 'Ends of established connections on this port in those intervals',
    baseline_rate Float64 COMMENT 'baseline_resets / baseline_teardowns, 0 to 1; 0 where nothing had ended',
    top_hosts Array(Tuple(host String, resets UInt64)) COMMENT 'Servers with most of the resets, at most five, most first',
    summary String COMMENT 'One sentence for a person: what rose, from what to what, where',
    version UInt64 COMMENT 'End of the interval that was judged, milliseconds since the Unix epoch'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
COMMENT 'Alerts on the RST rate, by port and cause';
