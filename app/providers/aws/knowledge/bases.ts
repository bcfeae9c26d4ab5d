import { GatewayError } from '../../../errors.ts'
import type { KnowledgeBase, KnowledgeBases, KnowledgeCall } from '../../../ports/knowledge.ts'
import { type Access, getBase, OWNER_TAG, tagValue } from './access.ts'
import { type AgentClient, asFields, objectsIn, textOf } from './client.ts'
import { BASE_SETTINGS, nextOf, readBase } from './read.ts'
import { readPassage, retrievalConfiguration } from './search.ts'
import { pageBody } from './sources.ts'

const SERVICE = 'bedrock-agent' as const
const RUNTIME = 'bedrock-agent-runtime' as const
const ROOT = '/knowledgebases/'
const PARAM = 'knowledge_base_id'

/** Bases whose owner is asked at the same time. */
const ASKED_AT_ONCE = 4

/** What AWS cannot make a knowledge base without. */
const NEEDED = ['roleArn', 'knowledgeBaseConfiguration'] as const

type Bases = Pick<KnowledgeBases, 'list' | 'create' | 'get' | 'delete' | 'retrieve'>

export function createBases(client: AgentClient, access: Access): Bases {
  return {
    async list(page, call) {
      const body = pageBody(page)
      const answer = await client.ask({ service: SERVICE, method: 'POST', path: ROOT, body }, call)
      const all = objectsIn(answer['knowledgeBaseSummaries']).map(readBase)
      return { items: await visible(all, access, call), ...nextOf(answer) }
    },

    async create({ name, description, settings, tags }, call) {
      access.create()
      for (const one of NEEDED) if (settings[one] === undefined) throw missing(one)
      const told = BASE_SETTINGS.filter((one) => settings[one] !== undefined)
      const body = {
        clientToken: crypto.randomUUID(),
        name,
        ...(description && { description }),
        ...Object.fromEntries(told.map((one) => [one, settings[one]])),
        // The owner comes last: nobody may write another's name there.
        tags: { ...tags, [OWNER_TAG]: await tagValue(call.owner) },
      }
      const answer = await client.ask({ service: SERVICE, method: 'PUT', path: ROOT, body }, call)
      return readBase(asFields(answer['knowledgeBase']) ?? {})
    },

    async get(id, call) {
      await access.use(id, call)
      return getBase(client, id, call)
    },

    async delete(id, call) {
      await access.change(id, call)
      const request = { service: SERVICE, method: 'DELETE' as const, path: ROOT + id, param: PARAM }
      const answer = await client.ask(request, call)
      access.forget(id)
      return textOf(answer['status']) ?? 'DELETING'
    },

    async retrieve(query, call) {
      const { base, text, after, minimumScore = 0 } = query
      await access.use(base, call)
      const configuration = retrievalConfiguration(query)
      const body = {
        retrievalQuery: { text },
        ...(configuration && { retrievalConfiguration: configuration }),
        ...(after && { nextToken: after }),
      }
      const path = `${ROOT}${base}/retrieve`
      const answer = await client.ask(
        { service: RUNTIME, method: 'POST', path, body, param: PARAM },
        call,
      )
      const passages = objectsIn(answer['retrievalResults']).map(readPassage)
      return {
        items: passages.filter(({ score }) => score === undefined || score >= minimumScore),
        ...nextOf(answer),
      }
    },
  }
}

/** Those the caller may ask, in their order. */
async function visible(
  all: readonly KnowledgeBase[],
  access: Access,
  call: KnowledgeCall,
): Promise<KnowledgeBase[]> {
  const seen: boolean[] = []
  let next = 0
  const work = async () => {
    while (next < all.length) {
      const index = next++
      seen[index] = await access.isVisible(all[index]!.id, call)
    }
  }
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, work))
  return all.filter((_, index) => seen[index])
}

const missing = (param: string) =>
  new GatewayError('invalid-request', `Missing required parameter: '${param}'.`, {
    param,
    reason: 'missing_required_parameter',
  })
