-- What the rules look at: with these columns a row can be judged again by newer rules, without its packets. Rows of before have
-- none of it (ended_by is empty) and keep their verdicts.
ALTER TABLE hangup.teardowns
    ADD COLUMN IF NOT EXISTS rst_reason LowCardinality(String) COMMENT 'Reason that a RST itself states, in an MPTCP option or a diagnostic payload; empty when it states none' CODEC(ZSTD(1)) AFTER rst_ignored,
    ADD COLUMN IF NOT EXISTS rst_payload String COMMENT 'First 64 bytes of the payload that a RST carries, what is no printable ASCII in hexadecimal; empty without one' CODEC(ZSTD(1)) AFTER rst_reason,
    ADD COLUMN IF NOT EXISTS ended_by LowCardinality(String) COMMENT 'What the packets say ended it, whatever the cause: fin, rst, icmp or none; empty in rows of before facts were stored' CODEC(ZSTD(1)) AFTER rule_version,
    ADD COLUMN IF NOT EXISTS occasion LowCardinality(String) COMMENT 'Why it was judged when it was: settled, silence, replaced, evicted, capture_end or stopped' CODEC(ZSTD(1)) AFTER ended_by,
    ADD COLUMN IF NOT EXISTS syns UInt8 COMMENT 'Copies of the client''s SYN' CODEC(ZSTD(1)) AFTER occasion,
    ADD COLUMN IF NOT EXISTS syn_acks UInt8 COMMENT 'SYN-ACKs that the server''s own timer sent' CODEC(ZSTD(1)) AFTER syns,
    ADD COLUMN IF NOT EXISTS client_tries UInt8 COMMENT 'How often the client sent its last data, FIN or probe' CODEC(ZSTD(1)) AFTER syn_acks,
    ADD COLUMN IF NOT EXISTS server_tries UInt8 COMMENT 'How often the server sent its last data, FIN or probe' CODEC(ZSTD(1)) AFTER client_tries,
    ADD COLUMN IF NOT EXISTS client_probes UInt8 COMMENT 'Keepalive probes of the client since the server spoke last' CODEC(ZSTD(1)) AFTER server_tries,
    ADD COLUMN IF NOT EXISTS server_probes UInt8 COMMENT 'Keepalive probes of the server since the client spoke last' CODEC(ZSTD(1)) AFTER client_probes,
    ADD COLUMN IF NOT EXISTS icmp_error UInt16 COMMENT 'Type * 256 + code of an ICMP error that quoted it; 0 without one' CODEC(ZSTD(1)) AFTER server_probes,
    ADD COLUMN IF NOT EXISTS fin_gap_us Nullable(UInt32) COMMENT 'From the first FIN to the second where one lies beyond what the other acknowledged, in microseconds; else null' CODEC(T64, ZSTD(1)) AFTER icmp_error,
    ADD COLUMN IF NOT EXISTS facts Array(LowCardinality(String)) COMMENT 'What else the rules look at, by name' CODEC(ZSTD(3)) AFTER fin_gap_us,
    ADD COLUMN IF NOT EXISTS rsts Array(Tuple(by LowCardinality(String), offset_us Int64, seq UInt32, ack UInt32, flags UInt8, form LowCardinality(String), validity LowCardinality(String), ttl UInt8, other_ttls Array(UInt8), tos UInt8, ip_id Nullable(UInt16), ip_id_step Nullable(UInt16), window UInt16, ip_length UInt16, payload_length UInt16, mptcp_reason Nullable(UInt8), seq_beyond_sent Nullable(Int32), seq_beyond_acked Nullable(Int32), ack_beyond_sent Nullable(Int32), unacked_of_sender Nullable(Int32), unacked_of_peer Nullable(Int32), ack_beyond_own_fin Nullable(Int32), peer_beyond_own_fin Nullable(Int32), probes UInt8, syn_acks UInt8, idle_us UInt32, since_synack_us Nullable(UInt32), since_data_us Nullable(UInt32), facts Array(LowCardinality(String)))) COMMENT 'Up to four RSTs, in order of capture, as they found the connection' CODEC(ZSTD(1)) AFTER facts;
