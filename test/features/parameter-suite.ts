import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { textReply } from '../fakes/fake-bedrock-frames.ts'
import { sharedJson, sharedRoot } from '../fakes/shared.ts'
import { type Fate, type Row, rendered } from './fates.ts'
import { membersOf } from './specification-members.ts'
import { FAMILIES, type FamilyName, ignoredBy, type Json, type useFakeBedrock } from './stage.ts'

/** A table of parameters, and the surface it is about. */
interface Told {
  rows: Row[]
  /** The fields the gateway understands. */
  understood: string[]
  /** The request in OpenAI's specification. */
  specified: string
  /** Whose answer must be JSON. */
  shaping: string
  ask(family: FamilyName, body: Json): Promise<Response>
}

export const page = readFileSync(new URL('../../docs/features.md', import.meta.url), 'utf8')

/** That every row is true of every family, and that the table and the page of features are whole. */
export function parameterSuite(bedrock: ReturnType<typeof useFakeBedrock>, told: Told): void {
  const { rows, understood, specified, shaping, ask } = told
  const cases = rows.flatMap((row) =>
    FAMILIES.map((family) => [row.param, family, row] as [string, FamilyName, Row]),
  )
  const names = new Set(rows.map((row) => row.param))

  describe('every parameter on every family', () => {
    it.each(cases)('%s on %s', async (param, family, row) => {
      // What AWS gets of a bare request to this model, limits it always gets included.
      await ask(family, {})
      const [bare] = bedrock.sent()
      bedrock.fake.requests.length = 0
      const fate: Fate = row.but?.[family] ?? row.fate
      if (param === shaping) bedrock.fake.script({ body: textReply('{"city":"Rome"}') })
      const response = await ask(family, row.body)
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

  describe('the table of parameters', () => {
    it('has a row for every field the gateway understands', () => {
      expect(understood.filter((field) => !names.has(field))).toEqual([])
    })

    it.skipIf(!sharedRoot())(`has a row for every member of ${specified}`, () => {
      const members = membersOf(specified, sharedJson('specs/openai-openapi.json'))
      expect(members.filter((one) => !names.has(one))).toEqual([])
    })

    it('is what the page of features says', () => {
      const shown = rows.map((row) => rendered(row, FAMILIES))
      expect(shown.filter((row) => !page.includes(row))).toEqual([])
    })
  })
}
