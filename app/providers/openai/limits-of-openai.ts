import type { Fields, Quirk } from './quirks.ts'

const LONGEST_USER = 64
const LONGEST_DESCRIPTION = 1024
/** Of chat completions; the Responses API takes 64. */
const LONGEST_ID = 40

/** What OpenAI refuses although other APIs allow it, so that their callers cannot know. */
export const LIMITS: readonly Quirk[] = [
  {
    // Claude Code's `metadata.user_id` has 150 characters.
    isIn: ({ user }) => typeof user === 'string' && user.length > LONGEST_USER,
    named: /^Invalid 'user': string too long/,
    otherwise: ({ user: _, ...rest }) => rest,
    loses: 'user',
  },
  {
    // tmc/langchaingo#1484
    isIn: ({ metadata, store }) => metadata !== undefined && store !== true,
    named: /^The 'metadata' parameter is only allowed when 'store'/,
    otherwise: ({ metadata: _, ...rest }) => rest,
    loses: 'metadata',
  },
  {
    // Tools of MCP without arguments (langchain-ai/langchain-mcp-adapters#137).
    isIn: ({ tools }) => some(tools, lacksProperties),
    named: /object schema missing properties/,
    otherwise: withTools((tool) =>
      lacksProperties(tool)
        ? changed(tool, { parameters: { ...parametersOf(tool), properties: {} } })
        : tool,
    ),
  },
  {
    // aaif-goose/goose#739
    isIn: ({ tools }) => some(tools, (tool) => descriptionOf(tool).length > LONGEST_DESCRIPTION),
    named: /^Invalid 'tools\S+\.description': string too long/,
    otherwise: withTools((tool) =>
      descriptionOf(tool).length > LONGEST_DESCRIPTION
        ? changed(tool, {
            description: descriptionOf(tool).slice(0, LONGEST_DESCRIPTION).toWellFormed(),
          })
        : tool,
    ),
    loses: 'tools.description',
  },
  {
    // Calls of other models in the history (vercel/ai#5171).
    isIn: ({ messages, input }) => some(messages ?? input, hasLongId),
    named: /^Invalid '\S+(tool_calls\[\d+\]\.id|call_id)': string too long/,
    otherwise(body) {
      const list = body['messages'] ? 'messages' : 'input'
      const short = new Map<string, string>()
      return { ...body, [list]: (body[list] as Fields[]).map((one) => withShortIds(one, short)) }
    },
  },
]

const some = (list: unknown, test: (one: Fields) => boolean): boolean =>
  Array.isArray(list) && list.some(test)

/** A function of chat completions, or of the Responses API, where it lies one level higher. */
const functionOf = (tool: Fields): Fields => (tool['function'] as Fields | undefined) ?? tool

const parametersOf = (tool: Fields) => functionOf(tool)['parameters'] as Fields | undefined

const descriptionOf = (tool: Fields): string => String(functionOf(tool)['description'] ?? '')

function lacksProperties(tool: Fields): boolean {
  const parameters = parametersOf(tool)
  return parameters?.['type'] === 'object' && parameters['properties'] === undefined
}

function changed(tool: Fields, change: Fields): Fields {
  const made = functionOf(tool)
  return made === tool ? { ...tool, ...change } : { ...tool, function: { ...made, ...change } }
}

function withTools(change: (tool: Fields) => Fields): (body: Fields) => Fields {
  return ({ tools, ...rest }) => ({ ...rest, tools: (tools as Fields[]).map(change) })
}

const isLong = (id: unknown): id is string => typeof id === 'string' && id.length > LONGEST_ID

const hasLongId = ({ tool_calls: calls, tool_call_id: answered, call_id: id }: Fields): boolean =>
  isLong(answered) || isLong(id) || some(calls, (call) => isLong(call['id']))

/** Calls and their results have new ids, the same wherever the same call is meant. */
function withShortIds(message: Fields, short: Map<string, string>): Fields {
  const renamed = (one: Fields, member: string): Fields => {
    const id = one[member]
    if (!isLong(id)) return one
    if (!short.has(id)) short.set(id, `call_of_another_${short.size}`)
    return { ...one, [member]: short.get(id) }
  }
  const { tool_calls: calls } = message
  const said = Array.isArray(calls)
    ? { ...message, tool_calls: calls.map((call: Fields) => renamed(call, 'id')) }
    : message
  return renamed(renamed(said, 'tool_call_id'), 'call_id')
}
