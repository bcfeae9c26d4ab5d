import type { FamilyName, Json } from './stage.ts'

/** What becomes of a parameter on a model. */
export type Fate =
  /** AWS is told so; members of the body it gets, beside those of a bare request. */
  | { sent: Json; mapped?: true }
  /** Left out and named; the body is that of a bare request, with these members where given. */
  | { ignored: string; sent?: Json }
  /** 400 `unsupported_parameter` with this `param`. */
  | { refused: string }
  /** Done by the gateway itself: the body is that of a bare request, and nothing is ignored. */
  | 'here'

export interface Row {
  param: string
  /** For the page of features. */
  note?: string
  body: Json
  /** The fate on every model, but for the families named. */
  fate: Fate
  but?: Partial<Record<FamilyName, Fate>>
}

/** What the gateway does itself. */
export const here = (param: string, body: Json, note: string): Row => ({
  param,
  note,
  body,
  fate: 'here',
})
/** What no family has a word for. */
export const nowhere = (param: string, body: Json, note?: string): Row => ({
  param,
  body,
  fate: ignored(param),
  ...(note && { note }),
})

export const inference = (member: Json): Fate => ({ sent: { inferenceConfig: member } })
export const fields = (members: Json): Fate => ({
  sent: { additionalModelRequestFields: members },
  mapped: true,
})
export const ignored = (param: string, sent?: Json): Fate => ({
  ignored: param,
  ...(sent && { sent }),
})

/** What a caller asks an answer to look like, and a tool to take. */
export const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
/** The function a caller offers. */
export const WEATHER = { name: 'weather', description: 'Tells it.', parameters: SCHEMA }

const TOOL = {
  toolSpec: { name: 'weather', description: 'Tells it.', inputSchema: { json: SCHEMA } },
}
export const tools = (toolChoice?: Json): { sent: Json } => ({
  sent: { toolConfig: { tools: [TOOL], ...(toolChoice && { toolChoice }) } },
})
export const relaxed = ignored('tool_choice', tools().sent)

/** Only Claude can be told to call one tool at a time. */
export const UNPARALLEL: Pick<Row, 'fate' | 'but'> = {
  fate: ignored('parallel_tool_calls', tools().sent),
  but: {
    claude: {
      mapped: true,
      sent: {
        ...tools().sent,
        additionalModelRequestFields: {
          tool_choice: { type: 'auto', disable_parallel_tool_use: true },
        },
      },
    },
  },
}

const HIDDEN_TOOL: Json = {
  toolSpec: {
    name: 'final_answer',
    description:
      'Gives the final answer. Call it exactly once, when the answer is complete, instead of writing text.',
    inputSchema: { json: SCHEMA },
  },
}

/** An answer that must match `SCHEMA`: native, or a hidden tool, which some can be made to call. */
export const SHAPED: Pick<Row, 'fate' | 'but'> = {
  fate: {
    sent: {
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: { jsonSchema: { name: 'city', schema: JSON.stringify(SCHEMA) } },
        },
      },
    },
  },
  but: {
    nova: {
      mapped: true,
      sent: {
        toolConfig: { tools: [HIDDEN_TOOL], toolChoice: { tool: { name: 'final_answer' } } },
      },
    },
    llama: {
      mapped: true,
      sent: {
        system: [{ text: 'Give your final answer by calling the tool final_answer, not as text.' }],
        toolConfig: { tools: [HIDDEN_TOOL] },
      },
    },
  },
}

/** A wish for little thought: each family has its own word, two have none. */
export const thought = (param: string, budget: number): Pick<Row, 'fate' | 'but'> => ({
  fate: fields({ reasoning_effort: 'low' }),
  but: {
    claude: fields({ thinking: { type: 'enabled', budget_tokens: budget } }),
    nova: fields({ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }),
    llama: ignored(param),
    mistral: ignored(param),
  },
})

const CACHED: Fate = {
  mapped: true,
  sent: {
    messages: [{ role: 'user', content: [{ text: 'Hi' }, { cachePoint: { type: 'default' } }] }],
  },
}
export const cached = (param: string, value: unknown, note: string): Row => ({
  param,
  note,
  body: { [param]: value },
  fate: ignored(param),
  but: { claude: CACHED, nova: CACHED },
})

/** Rows that every surface of OpenAI's has word for word. */
export const tier = (note: string): Row => ({
  param: 'service_tier',
  note,
  body: { service_tier: 'flex' },
  fate: { sent: { serviceTier: { type: 'flex' } } },
  but: { claude: ignored('service_tier'), llama: ignored('service_tier') },
})
export const TUNING: Row[] = [
  {
    param: 'temperature',
    note: 'cut to 1; dropped where the model refuses it or thinks',
    body: { temperature: 0.5 },
    fate: inference({ temperature: 0.5 }),
  },
  {
    param: 'top_p',
    note: 'dropped beside `temperature` where a model takes one of the two',
    body: { top_p: 0.9 },
    fate: inference({ topP: 0.9 }),
  },
]
export const PLATFORM: Row[] = [
  {
    param: 'amazon-bedrock-guardrailConfig',
    note: 'a guardrail for this request, where the operator allows it',
    body: {
      'amazon-bedrock-guardrailConfig': { guardrailIdentifier: 'g', guardrailVersion: '1' },
    },
    fate: { sent: { guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' } } },
  },
  nowhere(
    'performanceConfig',
    { performanceConfig: { latency: 'optimized' } },
    '`latency`; Nova Pro and other models that have it are asked',
  ),
]

const words: Record<string, string> = { sent: 'supported', ignored: 'ignored', refused: 'refused' }

/** A row as the page of features shows it. */
export function rendered(
  { param, note = '', fate, but = {} }: Row,
  families: FamilyName[],
): string {
  const told = families.map((family) => {
    const here = but[family] ?? fate
    if (here === 'here') return 'supported'
    if ('mapped' in here) return 'mapped'
    return words[Object.keys(here)[0]!]
  })
  return `| \`${param}\` | ${told.join(' | ')} | ${note} |`
}
