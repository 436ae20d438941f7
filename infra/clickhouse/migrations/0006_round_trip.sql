-- The round trip is known without a handshake too, where the segments carry timestamps.
ALTER TABLE hangup.teardowns
    COMMENT COLUMN IF EXISTS rtt_us 'SYN to SYN-ACK here, in microseconds; without both, the shortest echo of a timestamp, else null';
