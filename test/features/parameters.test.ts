import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { chatCompletionRequest } from '../../app/dialects/openai-chat/wire.ts'
import { textReply } from '../fakes/fake-bedrock-frames.ts'
import { sharedJson, sharedRoot } from '../fakes/shared.ts'
import { type Fate, ROWS, type Row, rendered } from './parameters.ts'
import { membersOf } from './specification-members.ts'
import {
  FAMILIES,
  type FamilyName,
  HELLO,
  ignoredBy,
  type Json,
  MODELS,
  useFakeBedrock,
} from './stage.ts'

const bedrock = useFakeBedrock()

const page = readFileSync(new URL('../../docs/features.md', import.meta.url), 'utf8')

const PLAIN = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }

const cases = ROWS.flatMap((row) =>
  FAMILIES.map((family) => [row.param, family, row] as [string, FamilyName, Row]),
)

/** What AWS gets of a bare request to this model, limits it always gets included. */
async function bareBody(family: FamilyName): Promise<Json> {
  await bedrock.open().ask({ model: MODELS[family], messages: HELLO })
  const [body] = bedrock.sent()
  bedrock.fake.requests.length = 0
  return body!
}

describe('every parameter on every family', () => {
  it.each(cases)('%s on %s', async (param, family, row) => {
    const bare = await bareBody(family)
    const fate: Fate = row.but?.[family] ?? row.fate
    if (param === 'response_format') bedrock.fake.script({ body: textReply('{"city":"Rome"}') })
    const response = await bedrock.open().ask({ model: MODELS[family], ...row.body })
    if (typeof fate === 'object' && 'refused' in fate) {
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        error: {
          type: 'invalid_request_error',
          code: 'unsupported_parameter',
          param: fate.refused,
        },
      })
      expect(bedrock.sent()).toEqual([])
      return
    }
    expect(response.status).toBe(200)
    const [body] = bedrock.sent()
    const sent = typeof fate === 'object' ? (fate.sent ?? {}) : {}
    expect(body).toEqual({ ...bare, ...sent })
    const ignored = typeof fate === 'object' && 'ignored' in fate ? [fate.ignored] : []
    expect(ignoredBy(response), param).toEqual(ignored)
  })
})

describe('the page of features', () => {
  it('names only tests that are there', () => {
    const paths = [...page.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path]) => path!)
    const root = new URL('../../', import.meta.url)
    expect(paths.length).toBeGreaterThan(10)
    expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([])
  })
})

describe('the table of parameters', () => {
  const told = new Set(ROWS.map((row) => row.param))

  it('has a row for every field the gateway understands', () => {
    expect(Object.keys(chatCompletionRequest.shape).filter((field) => !told.has(field))).toEqual([])
  })

  it.skipIf(!sharedRoot())('has a row for every member of CreateChatCompletionRequest', () => {
    const document = sharedJson('specs/openai-openapi.json')
    expect(
      membersOf('CreateChatCompletionRequest', document).filter((one) => !told.has(one)),
    ).toEqual([])
  })

  it('is what the page of features says', () => {
    const missing = ROWS.map((row) => rendered(row, FAMILIES)).filter((row) => !page.includes(row))
    expect(missing).toEqual([])
  })

  it('begins with a bare request', async () => {
    expect(await bareBody('nova')).toMatchObject(PLAIN)
  })
})
