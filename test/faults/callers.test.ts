import { describe, expect, it } from 'vitest'
import { joined } from '../fakes/bytes.ts'
import { inQuickTime } from './quick-time.ts'
import { FRAMES, type Step, scriptedAws, type Wire } from './scripted-aws.ts'
import { openHouse, SURFACES } from './surfaces.ts'

const begun = (wire: Wire): Step[] => FRAMES[wire].slice(0, 4)

/** One question whose caller can leave. */
function open(steps: Step[] | 'stall', env = {}) {
  const leaving: (() => void)[] = []
  const aws = scriptedAws(() => (steps === 'stall' ? 'stall' : { steps }))
  const house = openHouse(aws.transport, {
    env: { FIRST_FRAME_WAIT: '0', ...env },
    runtime: { onCallerLeft: (_, __, leave) => void leaving.push(leave) },
  })
  const leave = () => {
    for (const told of leaving) told()
  }
  return { aws, house, leave }
}

/** Resolves when `is` holds; the event loop turns in between, no time is waited for. */
async function until(is: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000_000 && !is(); turn++) await new Promise(setImmediate)
  expect(is()).toBe(true)
}

describe.each(SURFACES)('a caller of $name', ({ wire, path, body, ending }) => {
  it('who leaves before the answer begins takes the question back', async () => {
    const { aws, house, leave } = open('stall')
    const answering = house.ask(path, body)
    await until(() => aws.made.length > 0)
    leave()
    const response = await answering
    expect([response.status, aws.made.map(({ cancelled }) => cancelled)]).toEqual([499, [true]])
    expect(house.log().at(-1)).toMatchObject({ status_code: 499 })
  })

  it('who leaves in the middle stops AWS, and is billed for what was said', async () => {
    const { aws, house } = open([...begun(wire), 'stall'])
    const reader = (await house.ask(path, body)).body!.getReader()
    await reader.read()
    await reader.cancel()
    await until(() => house.log().length > 0)
    expect(aws.made.map(({ cancelled }) => cancelled)).toEqual([true])
    expect(house.log().at(-1)).toMatchObject({ status_code: 499, usage: { estimated: true } })
  })

  it('who leaves at the end has had it all', async () => {
    const { aws, house } = open([joined(FRAMES[wire])])
    const reader = (await house.ask(path, body)).body!.getReader()
    const pieces: Uint8Array[] = []
    while (pieces.length === 0 || !ending(joined(pieces)).success) {
      pieces.push((await reader.read()).value!)
    }
    await reader.cancel()
    await until(() => house.log().length > 0)
    expect(aws.made[0]!.ended || aws.made[0]!.cancelled).toBe(true)
    expect(house.log().at(-1).usage.estimated).toBeUndefined()
  })

  it('who reads nothing makes AWS wait, and is cut off when all time is over', async () => {
    const forever = { forever: FRAMES[wire][3]! }
    const { aws, house } = open([...begun(wire), forever], { TOTAL_TIMEOUT: '30' })
    await inQuickTime(async () => {
      const response = await house.ask(path, body)
      for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
      expect(aws.made[0]!.reads).toBeLessThan(10)
      expect(aws.made[0]!.cancelled).toBe(false)
      await until(() => aws.made[0]!.cancelled)
      await expect(response.bytes()).rejects.toThrow('broke off')
    })
    expect([aws.made[0]!.cancelled, house.log().at(-1).outcome]).toEqual([true, 'failed'])
  })

  it('who reads slowly gets it all', async () => {
    const { house } = open(FRAMES[wire])
    const reader = (await house.ask(path, body)).body!.getReader()
    const pieces: Uint8Array[] = []
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      pieces.push(read.value)
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    }
    expect(ending(joined(pieces))).toMatchObject({ success: true, errors: 0 })
  })

  it('who breaks off the question is not answered, and AWS is not asked', async () => {
    const { aws, house } = open([joined(FRAMES[wire])])
    const half = new ReadableStream<Uint8Array>({
      start: (sent) => sent.enqueue(new TextEncoder().encode('{"model":"')),
      pull: (sent) => sent.error(new Error('gone')),
    })
    const init = Object.assign({ body: half }, { duplex: 'half' })
    const response = await house.ask(path, body, init)
    expect([response.ok, aws.made.length]).toEqual([false, 0])
  })
})

const FORM = 'multipart/form-data; boundary=b'
const PART = '--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n'
const FILE = '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'

it.each([
  ['ends in the middle of a file', [PART + FILE, 'half of it'], false],
  ['breaks off in the middle of a file', [PART + FILE, 'half of it'], true],
  ['breaks off before the file', [PART], true],
  ['ends without a last boundary', [PART + FILE, 'all of it\r\n'], false],
])('an upload that %s leaves no file', async (_, pieces, breaks) => {
  const { house } = open([])
  const rest = [...pieces]
  const body = new ReadableStream<Uint8Array>({
    pull(sent) {
      const piece = rest.shift()
      if (piece !== undefined) sent.enqueue(new TextEncoder().encode(piece))
      else if (breaks) sent.error(new Error('gone'))
      else sent.close()
    },
  })
  const asked = { method: 'POST', body, headers: { 'content-type': FORM }, duplex: 'half' }
  const response = await house.app.request('/v1/files', asked as RequestInit)
  expect(response.ok).toBe(false)
  const files = (await (await house.app.request('/v1/files')).json()) as { data: unknown[] }
  expect(files.data).toEqual([])
})
