import { describe, expect, it } from 'vitest'
import type { ModelTraits } from '../../../../app/ports/models.ts'
import { amendTraits } from '../../../../app/providers/aws/bedrock/amend.ts'
import { sharedJson, sharedRoot } from '../../../fakes/shared.ts'

const MODEL = 'The model returned the following errors: '

const LESSONS: [refusal: string, before: ModelTraits, after: ModelTraits][] = [
  [
    "This model doesn't support the stopSequences field. Remove stopSequences and try again.",
    { unsupported: ['topK'] },
    { unsupported: ['topK', 'stop'] },
  ],
  [
    "This model doesn't support the outputConfig field. Remove outputConfig and try again.",
    { structuredOutput: true },
    { structuredOutput: false },
  ],
  [
    "This model doesn't support the system field. Remove system and try again.",
    {},
    { systemPrompt: false },
  ],
  [
    "This model doesn't support the performanceConfig field. Remove performanceConfig and try again.",
    {},
    { latencyOptimized: false },
  ],
  [
    "This model doesn't support the toolConfig.toolChoice.any field. Remove toolConfig.toolChoice.any and try again.",
    {},
    { toolChoices: ['tool'] },
  ],
  [
    "This model doesn't support the toolConfig.toolChoice.tool field. Remove toolConfig.toolChoice.tool and try again.",
    { toolChoices: ['required', 'tool'] },
    { toolChoices: ['required'] },
  ],
  [
    `${MODEL}\`temperature\` is deprecated for this model.`,
    {},
    { unsupported: ['temperature', 'topP', 'topK'] },
  ],
  [
    `${MODEL}\`temperature\` and \`top_p\` cannot both be specified for this model. Please use only one.`,
    {},
    { temperatureWithTopP: false },
  ],
  [
    `${MODEL}Malformed input request: #: extraneous key [top_k] is not permitted, please reformat your input and try again.`,
    { nativeSettings: { topK: 'top_k', seed: 'seed' } },
    { nativeSettings: { seed: 'seed' } },
  ],
  [
    `${MODEL}Malformed input request: #: extraneous key [repetition_penalty] is not permitted, please reformat your input and try again.`,
    {},
    { extraFields: false },
  ],
  [
    `${MODEL}Malformed input request: #/inferenceConfig: extraneous key [topK] is not permitted, please reformat your input and try again.`,
    { nativeSettings: { topK: 'inferenceConfig.topK', seed: 'seed' } },
    { nativeSettings: { seed: 'seed' } },
  ],
  [`${MODEL}repetition_penalty: Extra inputs are not permitted`, {}, { extraFields: false }],
  [
    `${MODEL}reasoning_effort: Extra inputs are not permitted`,
    { reasoning: 'openai-effort' },
    { reasoning: 'none' },
  ],
  [
    `${MODEL}output_config.format: Extra inputs are not permitted`,
    { structuredOutput: true },
    { structuredOutput: false },
  ],
  [`${MODEL}tools.0.custom.strict: Extra inputs are not permitted`, {}, { strictTools: false }],
  [
    `${MODEL}{"error":{"code":"unknown_parameter","message":"Unknown parameter: 'reasoningConfig'.","param":"reasoningConfig","type":"invalid_request_error"}}`,
    { reasoning: 'nova-2' },
    { reasoning: 'none' },
  ],
  [
    `${MODEL}{"detail":[{"type":"extra_forbidden","loc":["body","ChatCompletionRequest","top_k"],"msg":"Extra inputs are not permitted","input":10}]}`,
    { nativeSettings: { topK: 'top_k' } },
    { nativeSettings: {} },
  ],
  [
    'You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.',
    {},
    { cachePoints: false },
  ],
  [
    `${MODEL}"thinking.type.disabled" is not supported for this model. Use "thinking.type.between_tools" for the lowest thinking setting, or "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`,
    {},
    { reasoning: 'claude-between-tools' },
  ],
  [
    `${MODEL}"thinking.type.disabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`,
    {},
    { reasoning: 'claude-adaptive-always' },
  ],
  [`${MODEL}invalid beta flag`, { betas: ['a'] }, { betas: false }],
  // pi#2053, of Nova Pro.
  [
    'Malformed input request: #/messages/6/content/0: extraneous key [cachePoint] is not permitted, please reformat your input and try again.',
    {},
    { cachePoints: false },
  ],
  ['The provided service tier is not supported for this model.', {}, { serviceTiers: false }],
  [
    'Latency performance configuration is not supported for deepseek.v3.2 in us-east-1',
    {},
    { latencyOptimized: false },
  ],
  [
    `${MODEL}This model does not support assistant message prefill. The conversation must end with a user message.`,
    {},
    { prefill: false },
  ],
  [
    'The model that you are using requires the last turn in the conversation to be a user message. Add a user message to the conversation and try again.',
    {},
    { prefill: false },
  ],
  [
    `${MODEL}tool_choice: type "tool" and "any" are not supported for this model.`,
    {},
    { toolChoices: [] },
  ],
  [
    `${MODEL}"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`,
    { reasoning: 'claude-budget' },
    { reasoning: 'claude-adaptive-only' },
  ],
  [
    'The maximum tokens you requested exceed the model limit of 4096. Try again with a maximum tokens value lower than 4096.',
    { maxOutputTokens: 8192 },
    { maxOutputTokens: 4096 },
  ],
  [
    `${MODEL}{"error":{"message":"Tool call id was t1 but must be a-z, A-Z, 0-9, with a length of 9."}}`,
    {},
    { toolCallIdLength: 9 },
  ],
]

describe('amendTraits', () => {
  it.each(LESSONS)('learns from: %s', (refusal, before, after) => {
    expect(amendTraits(before, refusal)).toEqual({ ...before, ...after })
  })

  it.each([
    "This model doesn't support documents.",
    "This model doesn't support the image content block that you provided. Update the content block and try again.",
    "This model doesn't support the s3Uri field. Remove s3Uri and try again.",
    'The provided model identifier is invalid.',
    'Too many tokens, please wait before trying again.',
    'Input is too long for requested model.',
    'There is nothing available to cache. Please remove the invalid cache point and try again.',
    '',
  ])('learns nothing from: %s', (refusal) => {
    expect(amendTraits({}, refusal)).toBeUndefined()
  })
})

describe.skipIf(!sharedRoot())('amendTraits and the errors AWS gave', () => {
  it('never lets go of what makes a request', () => {
    const { errors } = sharedJson('specs/aws-error-messages.json') as {
      errors: { message: string }[]
    }
    const about = /image|video|document|s3Uri|toolUse\.name|identifier|security token|access/i
    const wrong = errors
      .map(({ message }) => message)
      .filter((message) => about.test(message) && !/caching/.test(message))
      .filter((message) => amendTraits({}, message))
    expect(wrong).toEqual([])
  })
})
