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

  it('holds no more than a few megabytes for a reader who has stopped, and tells him later what is lost', () => {
    const taken: (() => void)[] = []
    const log = createLineLog((text, done) => {
      writes.push(text)
      taken.push(done)
    })
    const line = 'x'.repeat(10_000)
    for (let index = 0; index < 5000; index++) log.write(line)
    vi.advanceTimersByTime(50)
    const written = writes.join('').split('\n').length - 1
    expect(written * line.length).toBeLessThan(20 * 1024 * 1024)

    for (const done of taken.splice(0)) done()
    log.write('read again')
    vi.advanceTimersByTime(50)
    const [told, next] = writes.at(-1)!.trim().split('\n')
    expect(JSON.parse(told!)).toEqual({
      type: 'event',
      level: 'error',
      date: expect.any(String),
      event: 'log_lines_lost',
      message: `${5000 - written} lines are lost: nobody read the log.`,
    })
    expect(next).toBe('read again')
  })

  it('tells a reader who never catches up where lines are missing', () => {
    const taken: (() => void)[] = []
    const log = createLineLog((text, done) => {
      writes.push(text)
      taken.push(done)
    })
    for (let index = 0; index < 10_000; index++) log.write('x'.repeat(10_000))
    taken.shift()!()
    log.write('next')
    vi.advanceTimersByTime(50)
    expect(writes.at(-1)).toMatch(/^\{.*"log_lines_lost".*\}\nnext\n$/)
  })
})
