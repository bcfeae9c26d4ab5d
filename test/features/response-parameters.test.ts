import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { responseRequest } from '../../app/dialects/openai-responses/wire.ts'
import { textReply } from '../fakes/fake-bedrock-frames.ts'
import { sharedJson, sharedRoot } from '../fakes/shared.ts'
import { type Fate, type Row, rendered } from './parameters.ts'
import { RESPONSE_ROWS } from './response-parameters.ts'
import { membersOf } from './specification-members.ts'
import { FAMILIES, type FamilyName, ignoredBy, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const page = readFileSync(new URL('../../docs/features.md', import.meta.url), 'utf8')

const cases = RESPONSE_ROWS.flatMap((row) =>
  FAMILIES.map((family) => [row.param, family, row] as [string, FamilyName, Row]),
)

async function ask(family: FamilyName, body: Json): Promise<Response> {
  const response = await bedrock.open({ FILES_DIR: 'memory' }).app.request('/v1/responses', {
    method: 'POST',
    body: JSON.stringify({ model: MODELS[family], input: 'Hi', ...body }),
  })
  if (body['stream']) await response.clone().text()
  return response
}

/** What AWS gets of a bare request to this model, limits it always gets included. */
async function bareBody(family: FamilyName): Promise<Json> {
  await ask(family, {})
  const [body] = bedrock.sent()
  bedrock.fake.requests.length = 0
  return body!
}

describe('every parameter of a response on every family', () => {
  it.each(cases)('%s on %s', async (param, family, row) => {
    const bare = await bareBody(family)
    const fate: Fate = row.but?.[family] ?? row.fate
    if (param === 'text') bedrock.fake.script({ body: textReply('{"city":"Rome"}') })
    const response = await ask(family, row.body)
    if (typeof fate === 'object' && 'refused' in fate) {
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        error: { code: 'unsupported_parameter', param: fate.refused },
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

describe('the table of a response’s parameters', () => {
  const told = new Set(RESPONSE_ROWS.map((row) => row.param))

  it('has a row for every field the gateway understands', () => {
    expect(Object.keys(responseRequest.shape).filter((field) => !told.has(field))).toEqual([])
  })

  it.skipIf(!sharedRoot())('has a row for every member of CreateResponse', () => {
    const members = membersOf('CreateResponse', sharedJson('specs/openai-openapi.json'))
    expect(members.filter((one) => !told.has(one))).toEqual([])
  })

  it('is what the page of features says', () => {
    const rows = RESPONSE_ROWS.map((row) => rendered(row, FAMILIES))
    expect(rows.filter((row) => !page.includes(row))).toEqual([])
  })
})
