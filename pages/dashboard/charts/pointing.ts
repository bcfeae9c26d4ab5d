import type { Cursor } from './cursor.ts'

interface Pointing {
  cursor: Cursor
  bucketAt(x: number): number | undefined
  setPointed(is: boolean): void
}

export function followPointer(plot: HTMLElement, pointing: Pointing): void {
  const { cursor, bucketAt, setPointed } = pointing
  const point = (event: PointerEvent) => {
    cursor.set(bucketAt(event.clientX - plot.getBoundingClientRect().left))
    setPointed(true)
  }
  plot.addEventListener('pointermove', point)
  plot.addEventListener('pointerdown', point)
  plot.addEventListener('pointerleave', () => {
    setPointed(false)
    cursor.set(undefined)
  })
}

interface Keying {
  cursor: Cursor
  last(): number
  setPointed(is: boolean): void
  speak(at: number): void
}

export function followKeys(plot: HTMLElement, { cursor, last, setPointed, speak }: Keying): void {
  const places: Record<string, (at: number) => number | undefined> = {
    ArrowLeft: (at) => Math.max(0, at - 1),
    ArrowRight: (at) => Math.min(last(), at + 1),
    Home: () => 0,
    End: last,
    Escape: () => undefined,
  }
  const go = (at: number | undefined) => {
    cursor.set(at)
    setPointed(at !== undefined)
    if (at !== undefined) speak(at)
  }
  plot.addEventListener('keydown', (event) => {
    const place = places[event.key]
    if (!place) return
    event.preventDefault()
    go(place(cursor.at() ?? last() + 1))
  })
  plot.addEventListener('blur', () => go(undefined))
}
