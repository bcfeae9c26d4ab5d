import { GatewayError } from '../errors.ts'

/** The forms a body may have, by the names `target_format` has for them. */
export const BODY_FORMATS = ['openai', 'bedrock_claude', 'bedrock_titan'] as const
export type BodyFormat = (typeof BODY_FORMATS)[number]

type Body = Readonly<Record<string, unknown>>

/** What a format is known by. */
interface Sign {
  format: BodyFormat
  shows(body: Body): boolean
}

/** Members of a request that OpenAI has and Claude has not. */
const OPENAI_ONLY = [
  'functions',
  'function_call',
  'response_format',
  'max_completion_tokens',
  'stream_options',
  'reasoning_effort',
] as const

/** Members of a request that Claude has and OpenAI has not; `top_k` and `thinking` pass in both. */
const CLAUDE_ONLY = ['system', 'stop_sequences', 'anthropic_beta'] as const

/** Types of a `tool_choice` that is an object. OpenAI's are `function`, `custom` and `allowed_tools`. */
const CLAUDE_CHOICES: ReadonlySet<unknown> = new Set(['auto', 'any', 'tool', 'none'])
const OPENAI_CHOICES: ReadonlySet<unknown> = new Set(['function', 'custom', 'allowed_tools'])

/**
 * The rules, the first that shows decides. OpenAI's own shapes come before Claude's keys, so that a body of
 * OpenAI's with `max_tokens` and an object as `tool_choice` is not taken for Claude's; `docs/unified-endpoint.md`
 * says the same in words.
 */
const SIGNS: readonly Sign[] = [
  {
    format: 'bedrock_titan',
    shows: (body) =>
      ('inputText' in body || 'textGenerationConfig' in body) && !('messages' in body),
  },
  { format: 'bedrock_claude', shows: (body) => 'anthropic_version' in body },
  {
    format: 'openai',
    shows: (body) =>
      OPENAI_ONLY.some((name) => name in body) ||
      OPENAI_CHOICES.has(choiceType(body)) ||
      toolHas(body, 'function'),
  },
  {
    format: 'bedrock_claude',
    shows: (body) =>
      'max_tokens' in body &&
      (CLAUDE_ONLY.some((name) => name in body) ||
        CLAUDE_CHOICES.has(choiceType(body)) ||
        toolHas(body, 'input_schema')),
  },
  { format: 'openai', shows: (body) => 'messages' in body },
]

/** The form of a body. Throws 400 that names what was looked for. */
export function detect(body: object): BodyFormat {
  const found = SIGNS.find(({ shows }) => shows(body as Body))
  if (found) return found.format
  throw new GatewayError(
    'invalid-request',
    "Missing required parameter: 'messages'. The body has none of what a format is known by: `messages` (OpenAI, Claude), `anthropic_version` (Claude), `inputText` (Titan).",
    { param: 'messages', reason: 'missing_required_parameter' },
  )
}

/** Whether what is asked stands where the Responses API has it, and nowhere else. */
export function holdsInput(body: object): boolean {
  const { input, messages } = body as Body
  const isSilent = messages == null || (Array.isArray(messages) && messages.length === 0)
  return input != null && isSilent
}

/** Content blocks only Claude has; looked for in bodies that are not valid as OpenAI's. */
const CLAUDE_BLOCKS: ReadonlySet<unknown> = new Set([
  'image',
  'document',
  'tool_use',
  'tool_result',
  'thinking',
  'redacted_thinking',
  'search_result',
])

/** Whether some message holds a block of Claude's. */
export function hasClaudeBlocks(body: object): boolean {
  const { messages } = body as Body
  return membersOf(messages).some(({ content }) =>
    membersOf(content).some(({ type }) => CLAUDE_BLOCKS.has(type)),
  )
}

/** Whether some tool is defined as Claude's are. */
export const hasClaudeTools = (body: object): boolean => toolHas(body as Body, 'input_schema')

function choiceType({ tool_choice: choice }: Body): unknown {
  return typeof choice === 'object' && choice !== null ? (choice as Body)['type'] : undefined
}

const toolHas = ({ tools }: Body, member: string): boolean =>
  membersOf(tools).some((tool) => member in tool)

const membersOf = (list: unknown): readonly Body[] =>
  Array.isArray(list) ? list.filter((one) => typeof one === 'object' && one !== null) : []
