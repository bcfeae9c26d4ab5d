import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeEventStreamMessage } from '../../app/codecs/event-stream/event-stream.ts'
import { joined } from '../fakes/bytes.ts'
import { encodeFrame } from '../fakes/fake-bedrock-frames.ts'
import { sharedRoot } from '../fakes/shared.ts'
import { inQuickTime } from './quick-time.ts'
import { FRAMES, type Script, type Step, scriptedAws, type Wire, WORDS } from './scripted-aws.ts'
import { openHouse, SURFACES, type Surface } from './surfaces.ts'

const WHOLE = WORDS.join('')

/** The app is opened once for each configuration; what its AWS does is said for each question. */
function createHouses() {
  const open = (env: Record<string, string>) => {
    const stage = { script: { steps: [] } as Script }
    const aws = scriptedAws(() => stage.script)
    const house = openHouse(aws.transport, { env: { FIRST_FRAME_WAIT: '0', ...env } })
    return Object.assign(stage, { aws, house })
  }
  const opened = new Map<string, ReturnType<typeof open>>()
  return (env: Record<string, string>) => {
    const key = JSON.stringify(env)
    const found = opened.get(key) ?? open(env)
    opened.set(key, found)
    found.aws.made.length = 0
    return found
  }
}

const houseOf = createHouses()

/** One streamed question to an AWS that answers it as scripted, and everything that came of it. */
async function asked({ path, body, ending }: Surface, script: Script, env = {}) {
  const stage = houseOf(env)
  stage.script = script
  const response = await stage.house.ask(path, body)
  const bytes = await response.bytes()
  await Promise.resolve()
  const end = response.ok ? ending(bytes) : { success: false, errors: 1, text: '' }
  const { house, aws } = stage
  return { ...end, bytes, made: aws.made, house, status: response.status, line: house.log().at(-1) }
}

/** What holds however a stream breaks: for its caller, for AWS, for the bill and for the store. */
async function isHonest(surface: Surface, steps: Step[], env = {}) {
  const { success, errors, text, made, house, line, bytes } = await asked(surface, { steps }, env)
  expect([success, errors, WHOLE.startsWith(text)]).toEqual([false, 1, true])
  expect(made.every(({ cancelled, ended }) => cancelled || ended)).toBe(true)
  expect(line.outcome).toMatch(/^(failed|refused)$/)
  if (text !== '') expect(line.usage).toMatchObject({ estimated: true })
  expect(await statusOfKept(house, new TextDecoder().decode(bytes))).not.toBe('completed')
  return { text, line, made }
}

/** How the answer stands in the store, if it does. */
async function statusOfKept({ app }: ReturnType<typeof openHouse>, text: string) {
  const [id] = /\b(?:chatcmpl-|resp_)[0-9a-f]+/.exec(text) ?? []
  if (id === undefined) return undefined
  const place = id.startsWith('resp_') ? '/v1/responses' : '/v1/chat/completions'
  const response = await app.request(`${place}/${id}`)
  if (!response.ok) return undefined
  return ((await response.json()) as { status?: string }).status ?? 'completed'
}

/** A frame with one of its bytes turned over. */
function damaged(frame: Uint8Array, at: number): Uint8Array {
  const copy = frame.slice()
  copy[at < 0 ? copy.length + at : at]! ^= 0x10
  return copy
}

/** What each exception of the service model is to the log. */
const CODES: Record<string, string> = {
  internalServerException: 'upstream',
  modelStreamErrorException: 'upstream',
  validationException: 'invalid-request',
  throttlingException: 'rate-limit',
  serviceUnavailableException: 'overloaded',
  modelTimeoutException: 'timeout',
}
const { modelTimeoutException: _, ...ofConverse } = CODES
const EXCEPTIONS: Record<Wire, string[]> = {
  converse: Object.keys(ofConverse),
  invoke: Object.keys(CODES),
}

const begun = (wire: Wire) => FRAMES[wire].slice(0, 4)

describe.each(SURFACES)('$name', (surface) => {
  const frames = FRAMES[surface.wire]
  const all = joined(frames)

  it('ends well when nothing is wrong', async () => {
    const { success, errors, text, line, bytes, house } = await asked(surface, { steps: [all] })
    expect({ success, errors, text }).toEqual({ success: true, errors: 0, text: WHOLE })
    expect(line.outcome).toBe('answered')
    expect(line.usage.estimated).toBeUndefined()
    const isKept = surface.body['store'] === true
    const kept = await statusOfKept(house, new TextDecoder().decode(bytes))
    expect(kept).toBe(isKept ? 'completed' : undefined)
  })

  it('does not end well when the bytes end anywhere before the end', async () => {
    // The frame that ends an answer is the last but one of Converse; behind it stands only the bill.
    const last = all.length - frames.at(-1)!.length
    const needed = surface.wire === 'converse' ? last : all.length
    const stride = surface.name === 'chat' ? 3 : 17
    for (let at = 0; at < needed; at += stride) await isHonest(surface, [all.slice(0, at)])
    await isHonest(surface, [all.slice(0, needed - 1)])
  })

  it('does not end well when the connection is reset between any two frames', async () => {
    for (let count = 0; count < frames.length - 2; count++) {
      await isHonest(surface, [...frames.slice(0, count), 'reset'])
    }
  })

  it.each([
    ['prelude', 2],
    ['prelude checksum', 9],
    ['headers', 20],
    ['payload', -8],
    ['message checksum', -1],
  ])('does not believe a damaged %s', async (_, at) => {
    const [bad, ...rest] = frames.slice(4)
    await isHonest(surface, [...begun(surface.wire), damaged(bad!, at), ...rest])
  })

  it('does not wait for more behind what broke it in the same bytes', async () => {
    const exception = encodeFrame({
      exception: 'throttlingException',
      payload: { message: 'Slow.' },
    })
    for (const broken of [exception, damaged(frames[4]!, -1), damaged(frames[4]!, 2)]) {
      await isHonest(surface, [joined([...begun(surface.wire), broken]), 'stall'])
    }
  })

  it('does not wait for a frame of gigabytes', async () => {
    const claimed = new Uint8Array(16)
    new DataView(claimed.buffer).setUint32(0, 0x7fffffff)
    await isHonest(surface, [...begun(surface.wire), claimed, 'stall'])
  })

  it('tells of a stall before and after the first frame, and hangs up', async () => {
    const env = { AI_RESPONSE_TIMEOUT: '30', FIRST_TOKEN_TIMEOUT: '30' }
    for (const steps of [['stall'], [...begun(surface.wire), 'stall']] as Step[][]) {
      const { made } = await inQuickTime(() => isHonest(surface, steps, env))
      expect(made.at(-1)!.cancelled).toBe(true)
    }
  })

  it('ends an answer that never ends when its time is over', async () => {
    const forever = frames[3]!
    const steps = [...begun(surface.wire), { forever }]
    const { success, errors, made } = await inQuickTime(() =>
      asked(surface, { steps }, { TOTAL_TIMEOUT: '30' }),
    )
    expect([success, errors, made[0]!.cancelled]).toEqual([false, 1, true])
  })

  it.each(EXCEPTIONS[surface.wire])('passes on a %s in the middle', async (exception) => {
    const told = encodeFrame({ exception, payload: { message: 'Not today.' } })
    const { line } = await isHonest(surface, [...begun(surface.wire), told])
    expect(line.error_code).toBe(CODES[exception])
  })

  it('passes on an error without a payload, and an exception nobody knows', async () => {
    const error = encodeEventStreamMessage(
      { ':message-type': 'error', ':error-code': 'Boom', ':error-message': 'Boom.' },
      '',
    )
    const unknown = encodeFrame({ exception: 'newException', payload: {} })
    for (const told of [error, unknown]) await isHonest(surface, [...begun(surface.wire), told])
  })

  it.each(['cut', 'throttlingException'])(
    'tells of an HTTP error before any frame: %s',
    async (way) => {
      const told = encodeFrame({ exception: way, payload: { message: 'Not today.' } })
      const steps = way === 'cut' ? [] : [told]
      const { status, errors } = await asked(surface, { steps }, { FIRST_FRAME_WAIT: '5' })
      expect([status >= 400, errors]).toEqual([true, 1])
    },
  )
})

describe.skipIf(!sharedRoot())('the service model', () => {
  it.each([
    ['ConverseStreamOutput', 'converse'],
    ['ResponseStream', 'invoke'],
  ] as const)('has no other exceptions: %s', (shape, wire) => {
    const path = join(sharedRoot()!, 'specs/aws/bedrock-runtime.service-2.json')
    const { shapes } = JSON.parse(readFileSync(path, 'utf8'))
    const names = Object.keys(shapes[shape].members).filter((name) => name.endsWith('Exception'))
    expect(names.toSorted()).toEqual(EXCEPTIONS[wire].toSorted())
  })
})

if (!sharedRoot()) console.info('Skipped: the service model is not here to compare with.')
