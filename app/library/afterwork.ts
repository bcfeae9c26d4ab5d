import type { Afterwork } from '../ports/afterwork.ts'

export function createAfterwork(): Afterwork {
  const works = new Set<Promise<unknown>>()
  return {
    add(work) {
      const forget = () => void works.delete(settled)
      const settled: Promise<void> = work.then(forget, forget)
      works.add(settled)
    },
    async rest() {
      while (works.size > 0) await Promise.all(works)
    },
  }
}
