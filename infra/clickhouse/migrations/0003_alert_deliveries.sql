-- Which webhook has taken which message, so that a restart of the alerter neither loses one nor repeats it.
CREATE TABLE IF NOT EXISTS hangup_internal.alert_deliveries
(
    receiver String COMMENT 'Names the webhook without telling its URL, which may be a secret: a hash of it',
    alert_id String COMMENT 'id in hangup.alerts',
    state LowCardinality(String) COMMENT 'What the message said: firing or resolved',
    delivered_time DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC') COMMENT 'When the webhook took it, or refused it for good'
)
ENGINE = ReplacingMergeTree
ORDER BY (receiver, alert_id, state)
TTL toDateTime(delivered_time) + INTERVAL 30 DAY
COMMENT 'Messages on alerts that webhooks have taken';
