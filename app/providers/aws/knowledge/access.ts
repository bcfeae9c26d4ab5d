import { encodeStrictly } from '../../../codecs/canonical-request.ts'
import type { Config } from '../../../config.ts'
import { GatewayError } from '../../../errors.ts'
import type { KnowledgeBase, KnowledgeCall } from '../../../ports/knowledge.ts'
import { type AgentClient, asFields, isId } from './client.ts'
import { readBase } from './read.ts'

/** The tag that says whose a knowledge base is. */
export const OWNER_TAG = 'outcrop:owner'

/** Who may do what with knowledge bases, which belong to the account and not to any caller of ours. */
export interface Access {
  /** Lets the caller ask it; throws `not-found`. */
  use(id: string, call: KnowledgeCall): Promise<void>
  /** Lets the caller change it; throws `permission` where they may only ask it. */
  change(id: string, call: KnowledgeCall): Promise<void>
  /** Lets the caller create one. */
  create(): void
  isVisible(id: string, call: KnowledgeCall): Promise<boolean>
  forget(id: string): void
}

type Policy = Pick<Config, 'KNOWLEDGE_BASES' | 'KNOWLEDGE_BASE_CHANGES'>

/** Milliseconds an owner is remembered: tags can be changed elsewhere. */
const REMEMBERED = 5 * 60 * 1000
const MOST_REMEMBERED = 1000

export function createAccess(client: AgentClient, policy: Policy): Access {
  const { KNOWLEDGE_BASES: listed, KNOWLEDGE_BASE_CHANGES: changes } = policy
  const isListed = (id: string) => listed.includes('*') || listed.includes(id)
  const owners = createOwners(client)
  const isOwn = async (id: string, call: KnowledgeCall) =>
    (await owners.of(id, call)) === (await tagValue(call.owner))

  const use = async (id: string, call: KnowledgeCall) => {
    if (!isId(id)) throw unknownBase(id)
    if (isListed(id) || (await isOwn(id, call))) return
    throw unknownBase(id)
  }
  return {
    use,
    async change(id, call) {
      await use(id, call)
      if (changes === 'off') throw unchangeable()
      if (changes === 'listed' && isListed(id)) return
      if (!(await isOwn(id, call))) throw unchangeable()
    },
    create() {
      if (changes === 'off') throw unchangeable()
    },
    async isVisible(id, call) {
      if (isListed(id)) return true
      try {
        return await isOwn(id, call)
      } catch (thrown) {
        // It went while it was looked at.
        if (thrown instanceof GatewayError && thrown.code === 'not-found') return false
        throw thrown
      }
    },
    forget: owners.forget,
  }
}

/** Owners by id, asked of AWS: the base for its ARN, the ARN for its tags. */
function createOwners(client: AgentClient) {
  const known = new Map<string, { owner: string | undefined; until: number }>()
  // The same id in another account is another base.
  const keyOf = (id: string, { as }: KnowledgeCall) => `${as?.roleArn ?? ''} ${id}`

  const ask = async (id: string, call: KnowledgeCall): Promise<string | undefined> => {
    const base = await getBase(client, id, call)
    if (!base.arn) return undefined
    const path = `/tags/${encodeStrictly(base.arn)}`
    const answer = await client.ask({ service: 'bedrock-agent', method: 'GET', path }, call)
    const owner = asFields(answer['tags'])?.[OWNER_TAG]
    return typeof owner === 'string' ? owner : undefined
  }
  return {
    async of(id: string, call: KnowledgeCall): Promise<string | undefined> {
      const key = keyOf(id, call)
      const kept = known.get(key)
      if (kept && kept.until > Date.now()) return kept.owner
      const owner = await ask(id, call)
      if (known.size >= MOST_REMEMBERED) known.clear()
      known.set(key, { owner, until: Date.now() + REMEMBERED })
      return owner
    },
    forget(id: string) {
      for (const key of known.keys()) if (key.endsWith(` ${id}`)) known.delete(key)
    },
  }
}

export async function getBase(
  client: AgentClient,
  id: string,
  call: KnowledgeCall,
): Promise<KnowledgeBase> {
  try {
    const path = `/knowledgebases/${id}`
    const answer = await client.ask({ service: 'bedrock-agent', method: 'GET', path }, call)
    return readBase(asFields(answer['knowledgeBase']) ?? {})
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === 'not-found') throw unknownBase(id)
    throw thrown
  }
}

/** Bases of others look like bases that do not exist, down to the sentence. */
const unknownBase = (id: string) =>
  new GatewayError(
    'not-found',
    `There is no knowledge base \`${id}\` here, or this server does not let you use it (KNOWLEDGE_BASES).`,
    { param: 'knowledge_base_id' },
  )

const unchangeable = () =>
  new GatewayError(
    'permission',
    'This server does not let you change that (KNOWLEDGE_BASE_CHANGES).',
    { param: 'knowledge_base_id' },
  )

const LONGEST_TAG = 256

/** An owner as a tag can hold it: letters that a tag may not have are written as their bytes. */
export async function tagValue(owner: string): Promise<string> {
  const value = owner.replace(/[^\w .:/+@-]/gu, (letter) =>
    [...new TextEncoder().encode(letter)].map((byte) => `=${hex(byte)}`).join(''),
  )
  if (value.length <= LONGEST_TAG && value.trim() === value && value !== '') return value
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(owner))
  return `=sha256:${[...new Uint8Array(digest)].map(hex).join('')}`
}

const hex = (byte: number) => byte.toString(16).padStart(2, '0')
