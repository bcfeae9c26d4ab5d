import type { Afterwork } from '../ports/afterwork.ts'
import type { Linger } from '../ports/runtime.ts'

/** `linger` as the runtime's. */
export function createAfterwork(linger?: Linger): Afterwork {
  const works = new Set<Promise<unknown>>()
  return {
    add(work) {
      const forget = () => void works.delete(settled)
      const settled: Promise<void> = work.then(forget, forget)
      works.add(settled)
      linger?.(settled)
    },
    async rest() {
      while (works.size > 0) await Promise.all(works)
    },
  }
}
