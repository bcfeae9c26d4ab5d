import type { Parameters } from 'fast-check'

/** The seed of every run inside the suite; a long run takes a new one each time and prints it. */
const SUITE_SEED = 20261201

const { FUZZ_SEED, FUZZ_SECONDS } = process.env

export const seed = FUZZ_SEED === undefined ? SUITE_SEED : Number(FUZZ_SEED)

/** Seconds of a long run in all; undefined inside the suite. */
const seconds = FUZZ_SECONDS === undefined ? undefined : Number(FUZZ_SECONDS)

/** Milliseconds in which any answer must be whole. */
export const PATIENCE = 2000

interface Amount {
  /** Cases inside the suite. */
  runs: number
  /** Part of the time of a long run, of 1. */
  share: number
}

/** Milliseconds that each property gets of a long run, however many share it. */
const LEAST = 300

/** How often a property is tried. */
export function amount<T>({ runs, share }: Amount): Parameters<T> {
  if (seconds === undefined) return { seed, numRuns: runs }
  return {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: Math.max(seconds * 1000 * share, LEAST),
    maxSkipsPerRun: Number.MAX_SAFE_INTEGER,
  }
}

/** Milliseconds a test may take, shrinking included. */
export const limit = ({ share }: Amount): number =>
  seconds === undefined ? 30_000 : seconds * 1000 * share + 120_000
