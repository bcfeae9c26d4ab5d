import { entryOf } from '../../../codecs/table.ts'
import type { ModelTraits } from '../../../ports/models.ts'

/** What AWS's words of refusal teach about a model; undefined when they teach nothing. */
type Lesson = (words: RegExpExecArray, traits: ModelTraits) => ModelTraits | undefined

/**
 * Refusals AWS was seen to give (recordings, live probes of August and September 2026), and what to
 * leave out thereafter. Only what tunes or shapes a request stands here: a refused image stays refused.
 */
const LESSONS: [refusal: RegExp, lesson: Lesson][] = [
  [/doesn't support the ([\w.]+) field/, ([, field], traits) => withoutMember(field!, traits)],
  [
    /(temperature|top_p|top_k)` is deprecated for this model/,
    (_, traits) => without(traits, 'temperature', 'topP', 'topK'),
  ],
  [/`temperature` and `top_p` cannot both be specified/, () => ({ temperatureWithTopP: false })],
  [
    /extraneous key \[([\w.]+)\] is not permitted/,
    ([, field], traits) => withoutField(field!, traits),
  ],
  [
    /(?<![\w.])([\w.]+): Extra inputs are not permitted/,
    ([, field], traits) => withoutField(field!, traits),
  ],
  [/[Uu]nknown parameter: \\?'([\w.]+)/, ([, field], traits) => withoutField(field!, traits)],
  [
    /"loc\\?":\[[^\]]{0,300}\\?"(\w+)\\?"\],\\?"msg\\?":\\?"Extra inputs are not permitted/,
    ([, field], traits) => withoutField(field!, traits),
  ],
  [/did not allow prompt caching/, () => ({ cachePoints: false })],
  [/service tier is not supported/, () => ({ serviceTiers: false })],
  [/Latency performance configuration is not supported/, () => ({ latencyOptimized: false })],
  [
    /not support assistant message prefill|requires the last turn in the conversation to be a user message|when the last message is from the assistant/,
    () => ({ prefill: false }),
  ],
  [/type "tool" and "any" are not supported/, () => ({ toolChoices: [] })],
  [
    /[Tt]hinking may not be enabled when tool_choice forces/,
    () => ({ forcedToolWithReasoning: false }),
  ],
  [/thinking\.type\.enabled\\?"? is not supported/, () => ({ reasoning: 'claude-adaptive-only' })],
  [
    /thinking\.type\.\w+\\?"? is not supported(.*between_tools)?/,
    ([, lowest]) => ({ reasoning: lowest ? 'claude-between-tools' : 'claude-adaptive-always' }),
  ],
  [/invalid beta flag/i, () => ({ betas: false })],
  [/role \\?['"]system\\?['"] is not supported/, () => ({ systemTurns: false })],
  [/doesn't support system messages/, () => ({ systemPrompt: false })],
  [/exceed the model limit of (\d+)/, ([, most]) => ({ maxOutputTokens: Number(most) })],
  [/max_tokens: \d+ > (\d+)/, ([, most]) => ({ maxOutputTokens: Number(most) })],
  [
    /Tool call id was .* with a length of (\d+)/,
    ([, length]) => ({ toolCallIdLength: Number(length) }),
  ],
]

/**
 * Refusals of what the caller brought along, which hold for this request alone. A hidden tool and a tool that
 * is not strict take any schema; thoughts of other models may stay out. Wordings: aws-error-messages and
 * public issues of models on Converse.
 */
const CALLERS_LESSONS: [refusal: RegExp, lesson: ModelTraits][] = [
  [/output_config\.format\.schema: /, { structuredOutput: false }],
  [/tools\.\d+\.custom: For '/, { strictTools: false }],
  [
    /[Ss]chemas? (?:contains too many|is too complex)|[Tt]oo many recursive definitions|[Tt]oo many strict tools|compiled grammar is too large/,
    { structuredOutput: false, strictTools: false },
  ],
]

/**
 * The same of turns. What Claude says of those it cannot read is what clients get whose history was cut or has
 * blank blocks (claude-code#62396, #1237, litellm#3286): sent again as it stands, it never passes.
 */
const TURN_LESSONS: [refusal: RegExp, lesson: ModelTraits][] = [
  // Of a budget, which wants the thought before the last calls that the client has lost (opencode#3077).
  [/Expected `thinking` or `redacted_thinking`, but found/, { reasoning: 'none' }],
  [
    /cannot contain reasoning content|blocks in the latest assistant message cannot be modified|Invalid `(?:signature|data)` in `(?:redacted_)?thinking` block|invalid_encrypted_content/,
    { sealsThoughts: false, mendedTurns: true },
  ],
  [
    /must (?:be|have) non-empty|non-whitespace|set for empty text|`tool_use` ids|`tool_use_id`|must have a single result|first message must use|roles must alternate|trailing whitespace/,
    { mendedTurns: true },
  ],
]

/** Members of a Converse request that may be left out, by the path AWS gives them. */
const MEMBERS: Record<string, (traits: ModelTraits) => ModelTraits> = {
  stopSequences: (traits) => without(traits, 'stop'),
  temperature: (traits) => without(traits, 'temperature'),
  topP: (traits) => without(traits, 'topP'),
  maxTokens: (traits) => without(traits, 'maxTokens'),
  outputConfig: () => ({ structuredOutput: false }),
  serviceTier: () => ({ serviceTiers: false }),
  performanceConfig: () => ({ latencyOptimized: false }),
  system: () => ({ systemPrompt: false }),
  'toolConfig.toolChoice': () => ({ toolChoices: [] }),
  'toolConfig.toolChoice.any': (traits) => withoutChoice(traits, 'required'),
  'toolConfig.toolChoice.tool': (traits) => withoutChoice(traits, 'tool'),
}

/** The ways to ask for thought that go into a model's own fields. */
const THINKING =
  /^(thinking|reasoning|reasoning_config|reasoningConfig|reasoning_effort|output_config)$/

/** The traits of a model that AWS has just corrected with these words; undefined when it asks for something else. */
export function amendTraits(traits: ModelTraits, refusal: string): ModelTraits | undefined {
  for (const [pattern, lesson] of LESSONS) {
    const words = pattern.exec(refusal)
    const change = words && lesson(words, traits)
    if (change) return { ...traits, ...change }
  }
  return undefined
}

/** As `amendTraits`, for what the caller brought: schemas, and thoughts of other models. */
export function amendForCaller(traits: ModelTraits, refusal: string): ModelTraits | undefined {
  const found = CALLERS_LESSONS.find(([pattern]) => pattern.test(refusal))
  return found ? { ...traits, ...found[1] } : amendForTurns(traits, refusal)
}

/** As `amendForCaller`, for turns alone. */
export function amendForTurns(traits: ModelTraits, refusal: string): ModelTraits | undefined {
  const found = TURN_LESSONS.find(([pattern]) => pattern.test(refusal))
  return found && { ...traits, ...found[1] }
}

const withoutMember = (path: string, traits: ModelTraits) =>
  entryOf(MEMBERS, path.replace(/^inferenceConfig\./, ''))?.(traits)

function withoutField(path: string, traits: ModelTraits): ModelTraits | undefined {
  // Who wants an answer guarded does not want it unguarded instead.
  if (/guardrail/i.test(path)) return undefined
  if (path === 'output_config.format') return { structuredOutput: false }
  if (path.endsWith('.strict')) return { strictTools: false }
  // Where it stood AWS tells by a place in its own form of the request.
  if (path === 'cachePoint') return { cachePoints: false }
  const top = path.split('.', 1)[0]!
  const natives = Object.entries(traits.nativeSettings ?? {})
  const kept = natives.filter(([, native]) => {
    const steps = native.replace('!', '').split('.')
    // Of a nested field AWS names the last step alone: `#/inferenceConfig: extraneous key [topK]`.
    return steps[0] !== top && steps.at(-1) !== path
  })
  if (kept.length < natives.length) return { nativeSettings: Object.fromEntries(kept) }
  return THINKING.test(top) ? { reasoning: 'none' } : { extraFields: false }
}

const without = (traits: ModelTraits, ...settings: string[]): ModelTraits => ({
  unsupported: [...(traits.unsupported ?? []), ...settings],
})

const withoutChoice = ({ toolChoices }: ModelTraits, refused: string): ModelTraits => ({
  toolChoices: (toolChoices ?? ['required', 'tool']).filter((choice) => choice !== refused),
})
