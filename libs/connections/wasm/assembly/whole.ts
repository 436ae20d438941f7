/** 2^52: of a sum with it the low bits are the number's whole part. */
const BEYOND_FRACTIONS: f64 = 4_503_599_627_370_496.0;

/**
 * AssemblyScript: the low 32 bits of the whole part of a number from 0 to 2^51. A conversion of WebAssembly does the same, behind
 * checks for numbers that have none.
 */
export function wholeOf(number: f64): u32 {
  return <u32>reinterpret<u64>(floor<f64>(number) + BEYOND_FRACTIONS);
}
