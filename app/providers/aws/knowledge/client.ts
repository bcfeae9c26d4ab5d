import { entryOf } from '../../../codecs/table.ts'
import { type ErrorCode, GatewayError } from '../../../errors.ts'
import type { KnowledgeCall } from '../../../ports/knowledge.ts'
import type { UpstreamResponse } from '../../../ports/transport.ts'
import type { AwsCall, AwsRequest } from '../call.ts'
import type { AwsService } from '../endpoints.ts'

export type Fields = Record<string, unknown>

/** One operation on knowledge bases. */
interface AgentRequest {
  service: Extract<AwsService, 'bedrock-agent' | 'bedrock-agent-runtime'>
  method: AwsRequest['method']
  path: string
  body?: Fields
  /** The caller's name of what the path names, for the case that it does not exist. */
  param?: string
}

/** Bedrock's agents, as far as they keep knowledge. Paths and bodies: service models of bedrock-agent and bedrock-agent-runtime. */
export interface AgentClient {
  region: string
  /** The answer, which is always an object. */
  ask(request: AgentRequest, call: Pick<KnowledgeCall, 'as' | 'signal'>): Promise<Fields>
  /** The answer, unread. */
  open(request: AgentRequest, call: Pick<KnowledgeCall, 'as' | 'signal'>): Promise<UpstreamResponse>
}

export function createAgentClient(call: AwsCall, region: string): AgentClient {
  const open: AgentClient['open'] = async ({ service, method, path, body, param }, asking) => {
    const { as, signal } = asking
    const text = body && JSON.stringify(body)
    try {
      return await call({ service, region, method, path, body: text, as }, signal)
    } catch (thrown) {
      throw aboutKnowledge(thrown, param)
    }
  }
  return {
    region,
    open,
    async ask(request, asking) {
      const response = await open(request, asking)
      return parse(await response.text())
    },
  }
}

/** What AWS's refusals mean here, where what is missing is no model. */
const MEANINGS: Partial<Record<string, { code: ErrorCode; say?: string }>> = {
  ResourceNotFoundException: { code: 'not-found' },
  AccessDeniedException: {
    code: 'permission',
    say: 'AWS does not let this server do that with the knowledge base.',
  },
}

const PERMISSION_PARAM = 'knowledge_base_id'

function aboutKnowledge(thrown: unknown, param: string | undefined): unknown {
  if (!(thrown instanceof GatewayError)) return thrown
  const { type } = (thrown.cause ?? {}) as { type?: unknown }
  const meaning = typeof type === 'string' ? entryOf(MEANINGS, type) : undefined
  // Faults of our own credentials are told apart already.
  if (!meaning || thrown.code === 'upstream') return thrown
  const at = param ?? (meaning.code === 'permission' ? PERMISSION_PARAM : undefined)
  return new GatewayError(meaning.code, meaning.say ?? thrown.message, {
    ...(at && { param: at }),
    cause: thrown.cause,
  })
}

function parse(text: string): Fields {
  if (text.trim() === '') return {}
  try {
    return asFields(JSON.parse(text)) ?? {}
  } catch (cause) {
    throw new GatewayError('upstream', 'The knowledge base gave an answer that cannot be read.', {
      cause,
    })
  }
}

export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined
}

export const arrayOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
export const objectsIn = (value: unknown): Fields[] =>
  arrayOf(value)
    .map(asFields)
    .filter((one) => one !== undefined)
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

/** An id as AWS gives them: nothing else becomes part of a path. */
export const isId = (id: string) => /^[0-9a-zA-Z]{10}$/.test(id)
