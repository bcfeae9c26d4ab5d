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
export interface Fresh<T> {
  value: T
  seconds: number
}

/** Keeps what `load` gives, one load at a time. `load` gets what was known before and must not reject. */
export function staleWhileRevalidate<T>(
  load: (before: T | undefined) => Promise<Fresh<T>>,
  now: () => number = Date.now,
): Cached<T> {
  let known: { value: T } | undefined
  let freshUntil = 0
  let loading: Promise<T> | undefined

  const refresh = () => {
    loading ??= load(known?.value).then(({ value, seconds }) => {
      known = { value }
      freshUntil = now() + seconds * 1000
      loading = undefined
      return value
    })
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
