/**
 * `node bench/slow-streams.ts [streams] [kind]`: so many streams at the same time through one process,
 * one token a second each; what each adds to the memory of a process that has answered 4,000 chats. Kinds are those of
 * bench/questions.ts; NODE_OPTIONS is handed on to the server. The fake is a program of its own.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { runLoad } from './load.ts'
import { freePort, launch, socketsOf, usageOf } from './process.ts'
import { isStream, type Kind, requestBytes } from './questions.ts'
import { findTargets, placed, REPOSITORY } from './targets.ts'

const STREAMS = Number(process.argv[2] ?? 2000)
const KIND = (process.argv[3] ?? 'chat-stream') as Kind
const GOAL = 100
const TOKENS = 40

if (!isStream(KIND)) throw new Error(`${KIND} is no stream.`)

const target = findTargets().find(({ name }) => name === 'outcrop-node')!
const fakePort = await freePort()
const fake = launch(
  [process.execPath, 'bench/fake-bedrock.ts'],
  {
    PORT: String(fakePort),
    FAKE_TOKENS: String(TOKENS),
    FAKE_DELAY_MS: '1000',
    FAKE_PER_WRITE: '1',
  },
  { directory: REPOSITORY },
)
const port = await freePort()
const { command, env, headers, directory } = placed(target, port, `http://127.0.0.1:${fakePort}`)
const options = process.env['NODE_OPTIONS']
const quiet = { ...env, LOG_LEVEL: 'silent', ...(options && { NODE_OPTIONS: options }) }
const server = launch(command, quiet, { directory })

const question = requestBytes(KIND, port, { ...headers, connection: 'close' })
const ENDINGS: Partial<Record<Kind, string>> = {
  'chat-stream': 'data: [DONE]',
  'messages-stream': '"message_stop"',
  'responses-stream': '"response.completed"',
  'converse-stream': 'metadata',
}

interface Reader {
  begun: boolean
  well: boolean
  over: Promise<void>
}

function read(): Reader {
  const reader: Reader = { begun: false, well: false, over: Promise.resolve() }
  let tail = ''
  const socket: Socket = connect({ port, host: '127.0.0.1' })
  reader.over = new Promise((resolve) => {
    socket.on('error', () => resolve())
    socket.on('close', () => {
      reader.well = tail.includes(ENDINGS[KIND]!) && tail.includes(`w${TOKENS - 1}`)
      resolve()
    })
  })
  socket.write(question)
  socket.on('data', (bytes: Buffer) => {
    if (!reader.begun) reader.begun = bytes.includes('w0') || tail.includes('w0')
    tail = (tail + bytes.toString('latin1')).slice(-4000)
  })
  return reader
}

for (let turn = 0; turn < 400; turn++) {
  const health = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined)
  await health?.text()
  if (health?.ok) break
  await sleep(50)
}
// What is loaded with the first request, and the young generation of a heap that has worked, is no stream's cost.
const warm = { port, headers, connections: 32, seconds: 20, tokens: TOKENS }
await runLoad({ ...warm, kind: 'chat', maximum: 4000 })
await Promise.all(Array.from({ length: 8 }, () => read().over))
const before = usageOf(server.pid)
const socketsBefore = socketsOf(server.pid)

const began = performance.now()
const readers: Reader[] = []
for (let n = 0; n < STREAMS; n++) {
  readers.push(read())
  // The kernel's queue of connections is short.
  if (n % 50 === 49) await sleep(20)
}
const opened = (performance.now() - began) / 1000
while (readers.some(({ begun }) => !begun) && performance.now() - began < 60_000) await sleep(200)
const allBegun = (performance.now() - began) / 1000
const begun = readers.filter((reader) => reader.begun).length
let highest = 0
for (let turn = 0; turn < 10; turn++) {
  highest = Math.max(highest, usageOf(server.pid).memory)
  await sleep(500)
}
const sockets = socketsOf(server.pid) - socketsBefore
await Promise.all(readers.map(({ over }) => over))
const well = readers.filter((reader) => reader.well).length
const after = usageOf(server.pid)
const each = ((highest - before.memory) * 1024) / STREAMS

console.log(
  `${STREAMS} times ${KIND}: ${opened.toFixed(1)} s to open, ${begun} had begun after ${allBegun.toFixed(1)} s`,
)
console.log(
  `RSS ${before.memory.toFixed(0)} MB before, ${highest.toFixed(0)} MB at most: ${each.toFixed(1)} KB a stream (goal: under ${GOAL}); ${after.memory.toFixed(0)} MB when all was over`,
)
console.log(`${sockets} sockets more while they ran; ${well} of ${STREAMS} ended as they should`)
console.log(`CPU: ${((after.cpu - before.cpu) / STREAMS / TOKENS).toFixed(1)} us a token`)
await server.stop()
await fake.stop()
process.exitCode = each < GOAL && well === STREAMS && begun === STREAMS ? 0 : 1
