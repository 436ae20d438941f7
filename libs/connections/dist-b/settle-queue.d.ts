/** Slots in the order in which they are due: everything is put in with the same delay. */
export declare class SettleQueue {
  #private;
  /** The mark of the slot that `take` answered last. */
  mark: number;
  /** `mark` tells the caller later whether the slot still means the same. */
  put(slot: number, mark: number, dueUs: number): void;
  /** A slot that is due at `nowUs`, or -1. */
  take(nowUs: number): number;
}
