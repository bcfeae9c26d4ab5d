import { entryOf } from '../../codecs/table.ts'
import { type ApiOperation, answerTypes, EVENTS_TYPE, JSON_TYPE } from './api-document.ts'

/** Operations that are not offered to models as tools, and why. */
const NONE: Readonly<Record<string, string>> = {
  'GET /': 'It tells addresses to whoever is about to connect.',
  'GET /openapi.json': 'Tools are made of it; it is a resource.',
  'GET /anthropic': 'It tells people that their base URL is right.',
  'POST /mcp': 'It is the way in.',
  'DELETE /mcp': 'It ends a session.',
  'GET /v1/images/files/{id}': 'Its address is signed by the answer that tells it.',
  'GET /mcp/server-card': 'It tells clients how to connect.',
}

/** Why an operation is no tool; undefined where it is one. `path` is the default one. */
export function reasonAgainst(
  method: string,
  path: string,
  operation: ApiOperation,
): string | undefined {
  if (path.startsWith('/.well-known/')) return 'It tells clients how to connect.'
  if (path.startsWith('/pages/')) return 'It is a part of a page.'
  return entryOf(NONE, `${method.toUpperCase()} ${path}`) ?? unfit(operation)
}

function unfit(operation: ApiOperation): string | undefined {
  const { content } = operation.requestBody ?? {}
  if (content && !(JSON_TYPE in content)) return 'It takes a form alone.'
  const types = answerTypes(operation)
  if (types.length === 0 || types.some(isToolContent)) return undefined
  if (types.every((type) => type === EVENTS_TYPE || type === FRAMES_TYPE)) {
    return 'It answers with a stream alone; its sibling answers the same whole.'
  }
  return 'It answers with a page or a line for people and probes.'
}

const FRAMES_TYPE = 'application/vnd.amazon.eventstream'

const isToolContent = (type: string) =>
  type === JSON_TYPE ||
  type === '*/*' ||
  /^(audio|image|video|application\/octet-stream)/.test(type)
