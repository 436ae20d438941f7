/** AssemblyScript: the flag bits of TCP, as those of Segment. */
export const FIN: u32 = 1;
export const SYN: u32 = 2;
export const RST: u32 = 4;
export const ACK: u32 = 16;
