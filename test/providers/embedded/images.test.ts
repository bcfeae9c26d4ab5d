import { describe, expect, it } from 'vitest'
import { drawMotif } from '../../../app/providers/embedded/images/art.ts'
import { wrapped } from '../../../app/providers/embedded/images/font.ts'
import { holeOf, masked } from '../../../app/providers/embedded/images/rework.ts'
import { pixelsOf } from '../../features/image-stage.ts'

const motif = (more: object = {}) =>
  drawMotif({
    prompt: 'a red circle',
    index: 0,
    width: 120,
    height: 90,
    label: 'Embedded',
    ...more,
  })

describe('drawings', () => {
  it('are the same for ever, and others for other words, places and seeds', () => {
    expect(motif()).toEqual(motif())
    const others = [motif({ prompt: 'a red square' }), motif({ index: 1 }), motif({ seed: 1 })]
    for (const other of others) expect(other.rgba).not.toEqual(motif().rgba)
  })

  it('show what is named in its colour, above a label', () => {
    const { rgba, labelTop, width, height } = motif()
    const isRed = (at: number) => rgba[at] === 214 && rgba[at + 1] === 48 && rgba[at + 2] === 49
    const dots = Array.from({ length: width * labelTop }, (_, dot) => dot * 4)
    expect(dots.filter(isRed).length).toBeGreaterThan(50)
    expect(labelTop).toBeGreaterThan(height / 2)
    expect(labelTop).toBeLessThan(height)
  })

  it.each(['a red house', 'blue', 'greens and yellows'])(
    'take the colours of "%s", which names no shape',
    (prompt) => {
      const { rgba } = motif({ prompt })
      expect(rgba).not.toEqual(motif({ prompt: 'a house' }).rgba)
    },
  )

  it.each([
    [1, 1],
    [2, 3],
    [5, 200],
    [200, 5],
    [30, 30],
  ])('of %i x %i have no room for words, and are drawn all the same', (width, height) => {
    const prompt = 'word '.repeat(500)
    expect(motif({ width, height, prompt }).rgba).toHaveLength(width * height * 4)
  })
})

describe('labels', () => {
  it('are cut between words, and within those that are too long', () => {
    expect(wrapped('one two abcdefghij', 7, 9)).toEqual(['one two', 'abcdefg', 'hij'])
    expect(wrapped('one two three four', 7, 2)).toEqual(['one two', 'thre...'])
    expect(wrapped('anything', 0, 5)).toEqual([])
  })
})

describe('masks', () => {
  it('are where they are transparent', () => {
    const mask = pixelsOf(6, 5, (x, y) => [0, 0, 0, x > 1 && x < 4 && y === 2 ? 0 : 255])
    const hole = holeOf(mask)
    expect(hole).toEqual({ x: 2, y: 2, width: 2, height: 1 })
    const picture = pixelsOf(6, 5, (x, y) => [x, y, 0, 255])
    const drawing = pixelsOf(2, 1, (x) => [90 + x, 0, 0, 255])
    const { rgba } = masked(picture, drawing, { mask, hole: hole! })
    const changed = picture.rgba.slice()
    changed.set([90, 0, 0, 255, 91, 0, 0, 255], (2 * 6 + 2) * 4)
    expect(rgba).toEqual(changed)
    expect(holeOf(pixelsOf(2, 2, () => [0, 0, 0, 255]))).toBeUndefined()
  })
})
