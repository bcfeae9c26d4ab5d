import type { Linger } from '../ports/runtime.ts'

/** Something fetched now and then. */
export interface Cached<T> {
  /** What is known, at once when anything is; a refresh that is due runs behind it. */
  get(): T | Promise<T>
  /** What is known now, without asking for more. */
  peek(): T | undefined
  /** A better form of what is known, as fresh as that was. */
  replace(value: T): void
}

/** A value and for how many seconds it is fresh. */
interface Fresh<T> {
  value: T
  seconds: number
}

export interface RevalidateOptions {
  /** As the runtime's: others wait for a load, and it may go on when its request has been answered. */
  linger?: Linger
  /** Unix milliseconds. */
  now?(): number
}

/** Keeps what `load` gives, one load at a time. `load` gets what was known before and must not reject. */
export function staleWhileRevalidate<T>(
  load: (before: T | undefined) => Promise<Fresh<T>>,
  { linger, now = Date.now }: RevalidateOptions = {},
): Cached<T> {
  let known: { value: T } | undefined
  let freshUntil = 0
  let loading: Promise<T> | undefined

  const refresh = () => {
    if (loading) return loading
    loading = load(known?.value).then(({ value, seconds }) => {
      known = { value }
      freshUntil = now() + seconds * 1000
      loading = undefined
      return value
    })
    linger?.(loading)
    return loading
  }
  return {
    get() {
      if (!known) return refresh()
      if (now() >= freshUntil) void refresh()
      return known.value
    },
    peek: () => known?.value,
    replace(value) {
      known = { value }
    },
  }
}
