import { randomBytes, randomInt } from 'node:crypto'
import { connect } from 'node:net'
import { Agent, type BodyInit, FormData, fetch, type Response } from 'undici'
import { words } from '../fake-answers.ts'
import { faultOf, isStream, type Kind, questionOf } from '../questions.ts'

/** Where the traffic goes, and what the fake behind it says. */
export interface Stage {
  url: string
  headers: Record<string, string>
  tokens: string[]
  /** The callers' connections. */
  dispatcher: Agent
}

/** One piece of work; throws an `Error` that says what was wrong. */
type Work = (stage: Stage) => Promise<void>

/** The model that the fake throttles. */
export const THROTTLED = 'amazon.nova-lite-v1:0'

export const stageOf = (url: string, key: string, tokens: number): Stage => ({
  url,
  headers: { authorization: `Bearer ${key}` },
  tokens: words(tokens, false),
  dispatcher: new Agent(),
})

interface Asked {
  method?: string
  body?: BodyInit
  type?: string
}

function send(stage: Stage, path: string, { method, body, type }: Asked = {}): Promise<Response> {
  const { url, headers, dispatcher } = stage
  const all = { ...headers, ...(type && { 'content-type': type }) }
  return fetch(url + path, { method, headers: all, body, dispatcher })
}

const post = (stage: Stage, path: string, body: unknown) =>
  send(stage, path, { method: 'POST', body: JSON.stringify(body), type: 'application/json' })

async function well(response: Response, status = 200): Promise<Response> {
  if (response.status === status) return response
  throw new Error(`status ${response.status}: ${(await response.text()).slice(0, 120)}`)
}

const asks =
  (kind: Kind): Work =>
  async (stage) => {
    const { path, body } = questionOf(kind)
    const text = await (await well(await post(stage, path, body))).text()
    const fault = faultOf(kind, text, { tokens: stage.tokens, deep: randomInt(16) === 0 })
    if (fault) throw new Error(`${fault}: ${text.slice(-120)}`)
  }

const leaves =
  (kind: Kind): Work =>
  async (stage) => {
    const { path, body } = questionOf(kind)
    const reader = (await well(await post(stage, path, body))).body!.getReader()
    await reader.read()
    await reader.cancel()
  }

/** Goes in, comes out as it was, and is gone. */
const uploads: Work = async (stage) => {
  const content = randomBytes(randomInt(8) === 0 ? randomInt(4_000_000) : 1 + randomInt(60_000))
  const form = new FormData()
  form.set('purpose', 'user_data')
  form.set('file', new File([content], 'soak.bin'))
  const made = await well(await send(stage, '/v1/files', { method: 'POST', body: form }))
  const { id } = (await made.json()) as { id: string }
  const back = await well(await send(stage, `/v1/files/${id}/content`))
  if (!content.equals(Buffer.from(await back.arrayBuffer()))) throw new Error('the file differs')
  await remove(stage, `/v1/files/${id}`)
}

/** An upload whose sender hangs up in the middle of the body. */
const breaksOff: Work = ({ url, headers }) =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port) })
    const head = [
      'POST /v1/files HTTP/1.1',
      `host: ${hostname}:${port}`,
      `authorization: ${headers['authorization']}`,
      'content-type: multipart/form-data; boundary=soak',
      'content-length: 1000000',
    ]
    const part =
      '--soak\r\ncontent-disposition: form-data; name="file"; filename="half.bin"\r\n\r\n'
    socket.write(`${head.join('\r\n')}\r\n\r\n${part}`)
    socket.write(randomBytes(randomInt(200_000)), () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve())
  })

const stores: Work = async (stage) => {
  const { path, body } = questionOf('chat')
  const made = await well(await post(stage, path, { ...body, store: true }))
  const { id } = (await made.json()) as { id: string }
  const kept = await well(await send(stage, `${path}/${id}`))
  if (!(await kept.text()).includes(stage.tokens.at(-1)!)) throw new Error('kept otherwise')
  await remove(stage, `${path}/${id}`)
}

async function remove(stage: Stage, path: string): Promise<void> {
  await (await well(await send(stage, path, { method: 'DELETE' }))).text()
}

/** 429 is what is wanted. */
const isThrottled: Work = async (stage) => {
  const stream = randomInt(2) === 0
  const messages = [{ role: 'user', content: 'Hi' }]
  const body = { model: THROTTLED, stream, messages }
  await (await well(await post(stage, '/v1/chat/completions', body), 429)).text()
}

const invalid: Work = async (stage) => {
  await (await well(await post(stage, '/v1/messages', { model: 7 }), 400)).text()
}

const KINDS: Kind[] = [
  'chat',
  'chat-stream',
  'messages',
  'messages-stream',
  'responses',
  'responses-stream',
  'converse',
  'converse-stream',
]

/** What is done, and by how many at the same time. */
export const WORKS: Record<string, { work: Work; lanes: number }> = {
  ...Object.fromEntries(
    KINDS.map((kind) => [kind, { work: asks(kind), lanes: isStream(kind) ? 3 : 1 }]),
  ),
  'leave chat-stream': { work: leaves('chat-stream'), lanes: 2 },
  'leave messages-stream': { work: leaves('messages-stream'), lanes: 1 },
  'leave responses-stream': { work: leaves('responses-stream'), lanes: 1 },
  upload: { work: uploads, lanes: 2 },
  'break off an upload': { work: breaksOff, lanes: 1 },
  store: { work: stores, lanes: 1 },
  'be throttled': { work: isThrottled, lanes: 1 },
  'be refused': { work: invalid, lanes: 1 },
}

/** What happened since the last look. */
export interface Tally {
  answers: number
  faults: Map<string, number>
  /** Milliseconds. */
  times: number[]
}

export interface Traffic {
  /** Empties the tally. */
  look(): Tally
  /** Every piece of work so far, by name. */
  totals: Map<string, number>
  stop(): Promise<void>
}

const empty = (): Tally => ({ answers: 0, faults: new Map(), times: [] })

/** Everything once, one after the other. */
export async function onceEach(stage: Stage): Promise<void> {
  for (const [name, { work }] of Object.entries(WORKS)) {
    await work(stage).catch((cause: unknown) => {
      throw new Error(`${name} failed at the first time`, { cause })
    })
  }
}

/**
 * Works until it is told to stop; each lane rests `pause` milliseconds between two pieces. All kinds of work,
 * or those that are named.
 */
export function startTraffic(
  stage: Stage,
  pause: number,
  names: readonly string[] = Object.keys(WORKS),
): Traffic {
  let tally = empty()
  let going = true
  const totals = new Map<string, number>()
  const lane = async (name: string, work: Work) => {
    while (going) {
      const began = performance.now()
      try {
        await work(stage)
        tally.answers++
        tally.times.push(performance.now() - began)
      } catch (thrown) {
        const fault = `${name}: ${thrown instanceof Error ? thrown.message : thrown}`
        tally.faults.set(fault, (tally.faults.get(fault) ?? 0) + 1)
      }
      totals.set(name, (totals.get(name) ?? 0) + 1)
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
  const lanes = names.flatMap((name) => {
    const { work, lanes: count } = WORKS[name]!
    return Array.from({ length: count }, () => lane(name, work))
  })
  return {
    totals,
    look() {
      const seen = tally
      tally = empty()
      return seen
    },
    async stop() {
      going = false
      await Promise.all(lanes)
    },
  }
}
