import type { Config } from '../../config.ts'
import { fitsGlob } from '../../gateway/names/glob.ts'
import { type ApiDocument, type ApiOperation, answerTypes, EVENTS_TYPE } from './api-document.ts'
import { reasonAgainst } from './no-tool.ts'
import { toolName } from './tool-names.ts'
import { type ArgumentPlaces, type InputSchema, toolInput } from './tool-schema.ts'

/** An operation as a model may call it. */
export interface GatewayTool {
  name: string
  operationId: string
  title: string
  description: string
  inputSchema: InputSchema
  /** In capitals. */
  method: string
  path: string
  places: ArgumentPlaces
  /** A model talks: its words can be told before the answer is there. */
  talks: boolean
}

/** An operation that is no tool. */
interface NoTool {
  operationId: string
  method: string
  path: string
  reason: string
}

export interface ToolBook {
  /** In the order of the document. */
  tools: readonly GatewayTool[]
  find(name: string): GatewayTool | undefined
  without: readonly NoTool[]
}

type Settings = Pick<Config, 'ANTHROPIC_ROUTES_PREFIX' | 'MCP_TOOLS_INCLUDE' | 'MCP_TOOLS_EXCLUDE'>

/** Every operation of the document as a tool, or the reason why it is none. */
export function toolBook(document: ApiDocument, config: Settings): ToolBook {
  const byName = new Map<string, GatewayTool>()
  const without: NoTool[] = []
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [verb, operation] of Object.entries(item)) {
      const method = verb.toUpperCase()
      const leaveOut = (reason: string) =>
        without.push({ operationId: operation.operationId, method, path, reason })
      const usual = usualPath(path, config)
      const reason = reasonAgainst(method, usual, operation)
      if (reason) {
        leaveOut(reason)
        continue
      }
      const name = toolName(method, usual)
      const same = byName.get(name)
      if (same) leaveOut(`It is the same as \`${name}\`, ${same.method} ${same.path}.`)
      else byName.set(name, toolOf({ name, method, path }, operation, document))
    }
  }
  const offered = new Map([...byName].filter(([name]) => isOffered(name, config)))
  return {
    tools: [...offered.values()],
    find: (name) => offered.get(name),
    without,
  }
}

/** The path as it is where nothing is configured. */
function usualPath(path: string, { ANTHROPIC_ROUTES_PREFIX: prefix }: Settings): string {
  if (path === prefix) return '/anthropic'
  return path.startsWith(`${prefix}/`) ? `/anthropic${path.slice(prefix.length)}` : path
}

/** What is included, less what is excluded. */
export function isOffered(
  name: string,
  {
    MCP_TOOLS_INCLUDE: include,
    MCP_TOOLS_EXCLUDE: exclude,
  }: Omit<Settings, 'ANTHROPIC_ROUTES_PREFIX'>,
): boolean {
  const fits = (patterns: readonly string[]) => patterns.some((pattern) => fitsGlob(pattern, name))
  return (include.length === 0 || fits(include)) && !fits(exclude)
}

function toolOf(
  named: Pick<GatewayTool, 'name' | 'method' | 'path'>,
  operation: ApiOperation,
  document: ApiDocument,
): GatewayTool {
  const { schema, places } = toolInput(operation, document)
  const { operationId, summary = named.name, description = '' } = operation
  const told = [`${summary}.`, ofWholeAnswers(description), `(${named.method} ${named.path})`]
  return {
    ...named,
    operationId,
    title: summary,
    description: told.filter(Boolean).join(' '),
    inputSchema: schema,
    places,
    talks: answerTypes(operation).includes(EVENTS_TYPE),
  }
}

/** The sentences of a description that are not about streams. */
const ofWholeAnswers = (description: string) =>
  description
    .split(/(?<=[.;]) /)
    .filter((sentence) => !/\bstream/i.test(sentence))
    .join(' ')
