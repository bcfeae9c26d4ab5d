/** Stops a piece of work, whoever works on it just now. */
export interface Brake {
  pull(): void
  /** What stops it from now on. */
  by(stop: () => void): void
}

export function createBrake(): Brake {
  let isPulled = false
  let current = () => {}
  return {
    pull() {
      isPulled = true
      current()
    },
    by(stop) {
      current = stop
      if (isPulled) stop()
    },
  }
}
