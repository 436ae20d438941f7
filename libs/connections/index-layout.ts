/*
 * An index entry of the table is a slot + 1 in 22 bits, five bits of the hash, and in the highest five how far it stands from its own place. So a
 * probe touches hardly any record but the right one, knows when to stop, and removal moves entries up without hashing.
 */
export const SLOT_BITS = 22;
export const SLOT_MASK = (1 << SLOT_BITS) - 1;
export const TAG_BITS = 5;
export const TAG_MASK = (1 << TAG_BITS) - 1;
export const DISTANCE_SHIFT = SLOT_BITS + TAG_BITS;
export const MAX_DISTANCE = 31;
