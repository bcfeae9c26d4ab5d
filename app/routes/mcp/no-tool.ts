import { entryOf } from '../../codecs/table.ts'
import { type ApiOperation, answerTypes, EVENTS_TYPE, JSON_TYPE } from './api-document.ts'

const SEARCHED = 'It gives AWS clients what `search_models` returns.'

/** Operations that are not offered to models as tools, and why. */
const NONE: Readonly<Record<string, string>> = {
  'GET /': 'It lists addresses for clients that are about to connect.',
  'GET /openapi.json': 'Tools are generated from it; it is available as a resource.',
  'GET /anthropic': 'A page that confirms the base URL.',
  'GET /anthropic/api/hello': 'A connection check for clients.',
  'GET /api/hello': 'A connection check for clients.',
  'GET /foundation-models': SEARCHED,
  'GET /foundation-models/{modelIdentifier}': SEARCHED,
  'GET /inference-profiles': SEARCHED,
  'GET /inference-profiles/{inferenceProfileIdentifier}': SEARCHED,
  'POST /mcp': 'It is the MCP endpoint itself.',
  'DELETE /mcp': 'It ends a session.',
  'GET /v1/images/files/{id}': 'Its signed URL is in the answer that created the image.',
  'GET /mcp/server-card': 'It tells clients how to connect.',
}

/** Why an operation is no tool; undefined where it is one. `path` is the default one. */
export function reasonAgainst(
  method: string,
  path: string,
  operation: ApiOperation,
): string | undefined {
  if (path.startsWith('/.well-known/')) return 'It tells clients how to connect.'
  if (path.startsWith('/pages/')) return 'It is part of a page.'
  return entryOf(NONE, `${method.toUpperCase()} ${path}`) ?? unfit(operation)
}

function unfit(operation: ApiOperation): string | undefined {
  const { content } = operation.requestBody ?? {}
  if (content && !(JSON_TYPE in content)) return 'It takes only a form.'
  const types = answerTypes(operation)
  if (types.length === 0 || types.some(isToolContent)) return undefined
  if (types.every((type) => type === EVENTS_TYPE || type === FRAMES_TYPE)) {
    return 'It only streams; its counterpart returns the same answer whole.'
  }
  return 'It returns a page for people or a line for probes.'
}

const FRAMES_TYPE = 'application/vnd.amazon.eventstream'

const isToolContent = (type: string) =>
  type === JSON_TYPE ||
  type === '*/*' ||
  /^(audio|image|video|application\/octet-stream)/.test(type)
