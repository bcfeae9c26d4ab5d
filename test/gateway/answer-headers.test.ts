import { expect, it } from 'vitest'
import { ignoredNames } from '../../app/gateway/answers/answer-headers.ts'

it('tells what had no effect by the names of the caller, as they were written', () => {
  const ours = ['topP', 'toolChoice', 'cacheControl', 'cacheControl.ttl']
  const fields = ['VocabularyName', 'myField', 'seed', 'imageGenerationConfig.numberOfImages']
  expect(ignoredNames(['tools.mcp'], [...ours, ...fields, 'seed'], {})).toEqual([
    'tools.mcp',
    'top_p',
    'tool_choice',
    'cache_control',
    'cache_control.ttl',
    ...fields,
  ])
  expect(ignoredNames(undefined, ours, { settingNames: { topP: 'p' } })).toContain('p')
})
