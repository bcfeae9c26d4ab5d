import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { environment } from '../../app/config.ts'
import { root } from './platform.ts'

const template = readFileSync(join(root, 'deploy/aws/template.yaml'), 'utf8')

/** Name and value of each variable the function is given. */
function variables(): Record<string, string> {
  const [, block = ''] = /\n {8}Variables:\n((?: {10}.*\n)+)/.exec(template) ?? []
  const lines = block.matchAll(/^ {10}([A-Z_0-9]+): (.+)$/gm)
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]))
}

describe('the template for Lambda', () => {
  it('sets variables that there are', () => {
    const unknown = Object.keys(variables()).filter((name) => !(name in environment.shape))
    expect(unknown).toEqual([])
    expect(Object.keys(variables()).length).toBeGreaterThan(4)
  })

  it('looks for its table where it makes it, wherever models are asked', () => {
    expect(variables()).toMatchObject({
      AWS_BEDROCK_REGIONS: '!Ref BedrockRegions',
      AWS_DYNAMODB_TABLE: '!Ref State',
      AWS_DYNAMODB_REGION: '!Ref AWS::Region',
    })
  })
})
