/*
 * AssemblyScript: when to look at which record, as TimerWheel.
 */
import * as A from "../../arena-layout";
import * as L from "../../layout";
import { TICK_US } from "../../limits";
import { timeUs } from "./segment";
import { fetch, recordOf } from "./table";
import { wholeOf } from "./whole";

// Numbers of a wheel.
const TICK = 0;
const COUNT = 8;

/** A new connection is to be looked at in time, as Lifetimes.begin. */
export function begin(slot: u32): void {
  add(A.HALF_OPEN, slot, timeUs + load<f64>(A.FIRST_LOOK));
}

export function add(wheel: u32, slot: u32, deadlineUs: f64): void {
  const numbers = numbersOf(wheel);
  const tick = load<f64>(numbers, TICK);
  const due = floor<f64>(deadlineUs / TICK_US) + 1;
  const bucket = bucketOf(wheel, min<f64>(max<f64>(due, tick), tick + (A.BUCKET_COUNT - 1)));
  const standing = load<u32>(bucket);
  store<u32>(bucket, standing + 1);
  const list = listOf(bucket, standing);
  store<u32>(recordOf(slot), load<u32>(list), 4 * L.NEXT);
  store<u32>(list, slot + 1);
  store<f64>(numbers, load<f64>(numbers, COUNT) + 1, COUNT);
}

/** Takes out a record that is due at `nowUs`, or answers -1. Not where TimerWheel.skips. */
export function take(wheel: u32, nowUs: f64): i32 {
  const numbers = numbersOf(wheel);
  const now = floor<f64>(nowUs / TICK_US);
  for (let tick = load<f64>(numbers, TICK); tick <= now; tick++) {
    const bucket = bucketOf(wheel, tick);
    const standing = load<u32>(bucket);
    if (standing === 0) {
      store<f64>(numbers, tick + 1, TICK);
      continue;
    }
    if ((standing & (A.LISTS - 1)) === 0) fetchFirst(bucket);
    store<u32>(bucket, standing - 1);
    const list = listOf(bucket, standing - 1);
    const slot = load<u32>(list) - 1;
    store<u32>(list, load<u32>(recordOf(slot), 4 * L.NEXT));
    store<f64>(numbers, load<f64>(numbers, COUNT) - 1, COUNT);
    return slot;
  }
  return -1;
}

/** Nothing more stands in the bucket from which records are taken. */
export function hasTakenTick(wheel: u32): bool {
  return load<u32>(bucketOf(wheel, load<f64>(numbersOf(wheel), TICK))) === 0;
}

/** The first record of each list: fetched together, they take the time of one. */
function fetchFirst(bucket: usize): void {
  let fetched: u32 = 0;
  for (let i: u32 = 0; i < <u32>A.LISTS; i++) fetched ^= fetch(load<u32>(listOf(bucket, i)) - 1);
  store<u32>(A.FETCHED, fetched);
}

function numbersOf(wheel: u32): usize {
  return A.WHEELS + wheel * A.WHEEL_BYTES;
}

function bucketOf(wheel: u32, tick: f64): usize {
  return A.BUCKETS + wheel * A.BUCKETS_BYTES + (wholeOf(tick) & (A.BUCKET_COUNT - 1)) * (4 * A.BUCKET_WORDS);
}

function listOf(bucket: usize, standing: u32): usize {
  return bucket + 4 + ((standing & (A.LISTS - 1)) << 2);
}
