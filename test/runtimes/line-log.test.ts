import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLineLog } from '../../runtimes/line-log.ts'

describe('the line log', () => {
  const writes: string[] = []
  const open = () =>
    createLineLog((text, done) => {
      writes.push(text)
      done()
    })
  beforeEach(() => {
    writes.length = 0
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('writes lines that come together in one go, after 50 ms', () => {
    const log = open()
    log.write('one')
    vi.advanceTimersByTime(30)
    log.write('two')
    vi.advanceTimersByTime(19)
    expect(writes).toEqual([])
    vi.advanceTimersByTime(1)
    log.write('three')
    vi.advanceTimersByTime(50)
    expect(writes).toEqual(['one\ntwo\n', 'three\n'])
  })

  it('does not wait when much has gathered', () => {
    const log = open()
    for (let index = 0; index < 300; index++) log.write('x')
    expect(writes).toEqual(['x\n'.repeat(256)])
  })

  it('makes late lines when they are written, in their place', () => {
    const log = open()
    let made = 'too early'
    log.write('one')
    log.later?.(() => made)
    log.write('three')
    made = 'two'
    vi.advanceTimersByTime(50)
    expect(writes).toEqual(['one\ntwo\nthree\n'])
  })

  it('writes what is left when asked, and nothing twice', async () => {
    const log = open()
    log.write('one')
    await log.flush?.()
    vi.advanceTimersByTime(100)
    expect(writes).toEqual(['one\n'])
  })
})
