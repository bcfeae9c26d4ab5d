import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createUndiciTransport } from '../../runtimes/undici-transport.ts'
import { proofOf } from '../fakes/fake-aws-access.ts'
import { type FakeBedrock, startFakeBedrock } from '../fakes/fake-bedrock.ts'
import { accessStage } from './access-stage.ts'

/** What must never be seen again: of the server, of callers, and of what callers say. */
const SERVER = {
  API_KEY: 'canary-sole-key-0123456789',
  ADMIN_KEY: 'canary-admin-key-0123456789',
  API_KEYS: '{"team":"canary-team-key-0123456789"}',
  AWS_ACCESS_KEY_ID: 'AKIACANARY0000000000',
  AWS_SECRET_ACCESS_KEY: 'canary-aws-secret',
  AWS_SESSION_TOKEN: 'canary-aws-session',
}
const SECRETS = [
  SERVER.API_KEY,
  SERVER.ADMIN_KEY,
  'canary-team-key-0123456789',
  SERVER.AWS_SECRET_ACCESS_KEY,
  SERVER.AWS_SESSION_TOKEN,
]
const WRONG = {
  key: 'canary-wrong-key-0123456789',
  managed: `oc-canarycanary00-${'C'.repeat(43)}`,
  token: 'eyJhbGciOiJSUzI1NiJ9.eyJjYW5hcnkiOiJ0b2tlbiJ9.Y2FuYXJ5LXNpZ25hdHVyZQ',
  proof: proofOf('https://sts.amazonaws.com/?Action=canary-proof&X-Amz-Security-Token=canary'),
}
const PROMPT = 'canary-prompt-words'
const QUERY = 'canary-in-the-query'

let bedrock: FakeBedrock
beforeAll(async () => {
  bedrock = await startFakeBedrock()
})
afterAll(() => bedrock.close())

const staged = (env: Record<string, string>) =>
  accessStage(
    {
      ...SERVER,
      LOG_LEVEL: 'debug',
      FILES_DIR: 'memory',
      JWT_ISSUER: 'https://id.example.com',
      JWT_AUDIENCE: 'outcrop',
      AUTH_IAM: 'true',
      IAM_SERVER_ID: 'me',
      IAM_PRINCIPALS: '[{"principal":"arn:x"}]',
      ...env,
    },
    { transport: createUndiciTransport() },
  )

type Stage = ReturnType<typeof staged>

/** Bodies that reach their handler, and bodies that do not. */
const BODIES = [
  undefined,
  `{"model": "amazon.nova-micro-v1:0", "messages": [{"role": "user", "content": "${PROMPT}"}], "max_tokens": 9, "input": "${PROMPT}", "query": "${PROMPT}", "documents": ["${PROMPT}"], "prompt": "${PROMPT}", "inputText": "${PROMPT}", "texts": ["${PROMPT}"]}`,
  `{"model": "amazon.nova-micro-v1:0", "stream": true, "messages": [{"role": "user", "content": "${PROMPT}"}], "max_tokens": 9, "input": "${PROMPT}", "prompt": "${PROMPT}"}`,
  `{"messages": [{"role": "${PROMPT}", "content": {"${PROMPT}": 1}}], "input": {"${PROMPT}": ["${PROMPT}"]}`,
  `{"messages": [{"role": "user", "content": 7, "${PROMPT}": "${PROMPT}"}], "max_tokens": "${PROMPT}", "model": 3}`,
  `${PROMPT}`,
]

const PROOFS: Record<string, Record<string, string>> = {
  nothing: {},
  'the right key': { authorization: `Bearer ${SERVER.API_KEY}` },
  'the admin key': { 'x-api-key': SERVER.ADMIN_KEY },
  'a wrong key': { authorization: `Bearer ${WRONG.key}` },
  'a wrong key of our form': { authorization: `Bearer ${WRONG.managed}` },
  'a key in the wrong place': { authorization: `Basic ${btoa(WRONG.key)}`, cookie: WRONG.key },
  'a wrong token': { authorization: `Bearer ${WRONG.token}` },
  'a wrong proof': { 'x-api-key': WRONG.proof },
}

/** Sends everything to every route; gives all that was answered and written. */
async function flood({
  app,
  lines,
}: Stage): Promise<{ answers: string; log: string; count: number }> {
  const answers: string[] = []
  const routes = [...new Set(app.routes.map(({ method, path }) => `${method} ${path}`))]
    .map((route) => route.split(' ') as [string, string])
    .filter(([method]) => method !== 'ALL')
  for (const [method, pattern] of routes) {
    const path = pattern.replace(/:[a-z_]+(\{[^}]*\})?/gi, 'made-up-id')
    for (const [who, headers] of Object.entries(PROOFS)) {
      for (const body of method === 'GET' ? [undefined] : BODIES) {
        if (body === undefined && method === 'POST' && who !== 'the right key') continue
        const response = await app.request(`${path}?api_key=${QUERY}`, { method, headers, body })
        const text = pattern.startsWith('/docs') ? '' : await response.text()
        answers.push(`${method} ${path} ${who}: ${JSON.stringify([...response.headers])} ${text}`)
      }
    }
  }
  return { answers: answers.join('\n'), log: lines.join('\n'), count: answers.length }
}

describe.each([
  ['the embedded models', () => ({ PROVIDER: 'embedded' })],
  ['Bedrock', () => ({ PROVIDER: 'aws', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: bedrock.url })],
])('whatever is sent to %s', (name, env) => {
  it.each(name === 'Bedrock' ? ['well', 'with refusals', 'with failures'] : ['well'])(
    'leaves no secret and no prompt in any output, answered %s',
    async (mood) => {
      const told: string[] = []
      const spies = (['log', 'warn', 'error', 'info', 'debug'] as const).map((method) =>
        vi.spyOn(console, method).mockImplementation((...words) => void told.push(words.join(' '))),
      )
      bedrock.forget()
      if (mood !== 'well') {
        // AWS's own refusals quote what was said.
        const message = `The text ${PROMPT} and the key ${SERVER.AWS_SESSION_TOKEN} are malformed.`
        const status = mood === 'with refusals' ? 400 : 500
        const errorType = status === 400 ? 'ValidationException' : 'InternalServerException'
        bedrock.script({ status, errorType, body: { message: status === 400 ? message : 'sorry' } })
      }
      const { answers, log, count } = await flood(staged(env()))
      for (const spy of spies) spy.mockRestore()
      // The flood has reached models, and the log has told of it.
      expect(count).toBeGreaterThan(500)
      expect(log.split('\n').length).toBeGreaterThan(500)
      if (name === 'Bedrock') expect(bedrock.requests.length).toBeGreaterThan(10)
      const output = `${log}\n${told.join('\n')}`
      for (const canary of [...SECRETS, ...Object.values(WRONG), QUERY, btoa(WRONG.key)]) {
        expect(lineWith(output, canary), `the log holds ${canary}`).toBeUndefined()
        // A refusal of AWS is told to the caller it answers; what it says is AWS's, not ours.
        const ours = answers.replaceAll(` and the key ${SERVER.AWS_SESSION_TOKEN}`, '')
        expect(lineWith(ours, canary), `an answer holds ${canary}`).toBeUndefined()
      }
      expect(lineWith(output, PROMPT), 'the log holds a prompt').toBeUndefined()
    },
    60_000,
  )
})

const lineWith = (text: string, words: string) =>
  text.split('\n').find((line) => line.includes(words))
