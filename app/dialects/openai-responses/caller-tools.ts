import type { JsonSchema } from '../../conversation/conversation.ts'
import type { Fields } from '../extras.ts'
import type { CallerToolType } from './extras.ts'

/**
 * A tool that OpenAI defines and the caller runs. To any other model it is a function; its calls come and
 * go as items of a kind of their own.
 */
interface CallerTool {
  /** Of the function, as long as the caller has none of this name. */
  name: string
  description: string
  schema: JsonSchema
  /** The type of the item that calls it, and how its ids begin. */
  item: string
  idPrefix: string
  /** The members by which an item tells what to do, from the model's arguments, which may be anything. */
  members(given: Fields): Fields
  /** The other way round, for calls in a history. */
  argumentsOf(item: Fields): Fields
}

const object = (properties: Record<string, JsonSchema>, required: string[]): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})
const texts = (description: string): JsonSchema => ({
  type: 'array',
  items: { type: 'string' },
  description,
})
const milliseconds = { type: 'integer', description: 'Milliseconds it may take.' }

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : value == null ? [] : [String(value)]
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? { ...value } : {}

const ACTIONS =
  'click {button, x, y}, double_click {x, y}, drag {path: [{x, y}]}, keypress {keys}, move {x, y}, screenshot {}, scroll {x, y, scroll_x, scroll_y}, type {text}, wait {}'

const action: JsonSchema = {
  type: 'object',
  properties: { type: { type: 'string' } },
  required: ['type'],
  description: `One of: ${ACTIONS}.`,
}

const COMPUTER = {
  name: 'computer',
  item: 'computer_call',
  idPrefix: 'cu_',
}

/** Actions and operations as OpenAI's specification has them (ShellCall, ApplyPatchToolCall, ComputerAction, ToolSearchCall). */
export const CALLER_TOOLS: Record<CallerToolType, CallerTool> = {
  local_shell: {
    name: 'local_shell',
    description: "Runs a command on the user's machine and gives back what it printed.",
    schema: object(
      {
        command: texts('The program and its arguments.'),
        working_directory: { type: 'string' },
        env: { type: 'object', additionalProperties: { type: 'string' } },
        timeout_ms: milliseconds,
      },
      ['command'],
    ),
    item: 'local_shell_call',
    idPrefix: 'lsh_',
    members: (given) => ({
      action: {
        type: 'exec',
        command: textsOf(given['command']),
        env: fieldsOf(given['env']),
        ...(typeof given['working_directory'] === 'string' && {
          working_directory: given['working_directory'],
        }),
        timeout_ms: numberOf(given['timeout_ms']),
      },
    }),
    argumentsOf({ action: taken }) {
      const { type: _, ...given } = fieldsOf(taken)
      return given
    },
  },
  shell: {
    name: 'shell',
    description:
      "Runs shell commands on the user's machine, all at once, and gives back what they printed.",
    schema: object(
      {
        commands: texts('Each is a line for the shell.'),
        timeout_ms: milliseconds,
        max_output_length: { type: 'integer', description: 'Characters to give back of each.' },
      },
      ['commands'],
    ),
    item: 'shell_call',
    idPrefix: 'sh_',
    members: (given) => ({
      action: {
        commands: textsOf(given['commands']),
        timeout_ms: numberOf(given['timeout_ms']),
        max_output_length: numberOf(given['max_output_length']),
      },
      environment: { type: 'local' },
    }),
    argumentsOf: ({ action: taken }) => fieldsOf(taken),
  },
  apply_patch: {
    name: 'apply_patch',
    description:
      'Creates, changes or deletes a file. `diff` is in the V4A form: a new file is lines that begin with "+"; a change is hunks that begin with "@@" and a line of context, then lines that begin with " ", "-" or "+".',
    schema: object(
      {
        operation: object(
          {
            type: { type: 'string', enum: ['create_file', 'update_file', 'delete_file'] },
            path: { type: 'string', description: 'Relative to the working directory.' },
            diff: { type: 'string', description: 'Not for delete_file.' },
          },
          ['type', 'path'],
        ),
      },
      ['operation'],
    ),
    item: 'apply_patch_call',
    idPrefix: 'apc_',
    members(given) {
      const { type = 'update_file', path = '', diff = '' } = fieldsOf(given['operation'] ?? given)
      return { operation: { type, path, ...(type !== 'delete_file' && { diff }) } }
    },
    argumentsOf: ({ operation }) => ({ operation }),
  },
  computer: {
    ...COMPUTER,
    description:
      "Controls the user's screen, mouse and keyboard. Gives back a screenshot of what came of it.",
    schema: object({ actions: { type: 'array', items: action } }, ['actions']),
    members: (given) => ({
      actions: Array.isArray(given['actions']) ? given['actions'] : [],
      pending_safety_checks: [],
    }),
    argumentsOf: ({ action: one, actions }) => ({ actions: actions ?? (one ? [one] : []) }),
  },
  computer_use_preview: {
    ...COMPUTER,
    description:
      "Controls the user's screen, mouse and keyboard, one action at a time. Gives back a screenshot of what came of it.",
    schema: object({ action }, ['action']),
    members: (given) => ({
      action: fieldsOf(given['action'] ?? given),
      pending_safety_checks: [],
    }),
    argumentsOf: ({ action: one, actions }) => ({
      action: one ?? (Array.isArray(actions) ? actions[0] : undefined),
    }),
  },
  // A caller says better what is found and how it is asked for: these are for one who does not.
  tool_search: {
    name: 'tool_search',
    description: 'Finds more tools by what they do. Those it names can be called from then on.',
    schema: object({ query: { type: 'string' } }, ['query']),
    item: 'tool_search_call',
    idPrefix: 'tsc_',
    members: (given) => ({ execution: 'client', arguments: given }),
    argumentsOf: ({ arguments: given }) => fieldsOf(given),
  },
}

export const isCallerTool = (type: string): type is CallerToolType =>
  Object.hasOwn(CALLER_TOOLS, type)

/** The members of a call's item, from its arguments as the model wrote them. */
export function callerMembers(type: CallerToolType, written: string): Fields {
  const { members } = CALLER_TOOLS[type]
  try {
    return members(fieldsOf(JSON.parse(written || '{}')))
  } catch {
    // The model was cut off, or kept to no schema: the item says as much as can be said.
    return members({})
  }
}
