import { describe, expect, it } from 'vitest'
import { operations } from '../fuzz/document.ts'
import { KINDS } from '../routes/isolated-kinds.ts'

/** Routes that name something which belongs to nobody in particular, and why that is so. */
const NOBODYS: Readonly<Record<string, string>> = {
  ...because("keys are the admin's alone: test/routes/admin/keys.test.ts", [
    'GET /v1/admin/keys/{key_id}',
    'POST /v1/admin/keys/{key_id}',
    'DELETE /v1/admin/keys/{key_id}',
    'POST /v1/admin/keys/{key_id}/rotate',
    'POST /v1/admin/keys/{key_id}/disable',
    'POST /v1/admin/keys/{key_id}/enable',
  ]),
  ...because('models are stored by nobody', [
    'GET /v1/models/{model}',
    'GET /anthropic/v1/models/{model_id}',
    'GET /foundation-models/{modelIdentifier}',
    'GET /inference-profiles/{inferenceProfileIdentifier}',
    'POST /model/{modelId}/converse',
    'POST /model/{modelId}/converse-stream',
    'POST /model/{modelId}/invoke',
    'POST /model/{modelId}/invoke-with-response-stream',
    'POST /model/{modelId}/count-tokens',
  ]),
  ...because(
    'guardrails are the operator’s, who says which: test/routes/bedrock/apply-guardrail.test.ts',
    ['POST /guardrail/{guardrailIdentifier}/version/{guardrailVersion}/apply'],
  ),
  ...because('the signature in the address is the proof: test/routes/openai/images.test.ts', [
    'GET /v1/images/files/{id}',
  ]),
  ...because('pages are for everybody', ['GET /docs/{asset}', 'GET /pages/{asset}']),
}

const ways = KINDS.flatMap((kind) => [...kind.ways('ID.ID.ID'), kind.own('ID.ID.ID')])

/** Whether some way to reach a stored thing goes by this route. */
function isTried(method: string, path: string): boolean {
  const pattern = new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/?]+')}(\\?|$)`)
  return ways.some(([verb, target]) => verb === method && pattern.test(target))
}

describe('routes that name a stored thing', () => {
  it('are all tried by strangers in the tests of isolation', () => {
    const untried = operations
      .filter(({ path }) => path.includes('{'))
      .filter(({ name, method, path }) => !isTried(method, path) && !Object.hasOwn(NOBODYS, name))
    expect(untried.map(({ name }) => name)).toEqual([])
  })

  it('are left out only where they exist', () => {
    const names = operations.map(({ name }) => name)
    expect(Object.keys(NOBODYS).filter((name) => !names.includes(name))).toEqual([])
  })
})

function because(why: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, why]))
}
