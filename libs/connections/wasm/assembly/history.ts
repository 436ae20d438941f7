import * as H from "../../letters";
import * as L from "../../layout";

/**
 * AssemblyScript: appends a letter to the history of the record `r`, as appendLetter, where there is room for `most` letters.
 * @returns `marks`, with the length that the history has now.
 */
export function append(r: usize, marks: u32, letter: u32, side: u32, most: u32): u32 {
  const length = (marks >>> L.HISTORY_LENGTH_SHIFT) & H.LENGTH_MASK;
  if (length >= most) return marks;
  const second = length >= <u32>H.PER_WORD;
  const word = r + (second ? 4 : 0);
  const shift = (second ? length - H.PER_WORD : length) * 5;
  store<u32>(word, load<u32>(word, 4 * L.HISTORY) | ((letter | (side << 4)) << shift), 4 * L.HISTORY);
  return marks + (1 << L.HISTORY_LENGTH_SHIFT);
}
