import type {
  McpServerFactory,
  Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'
import { authInfoOf, type Door } from './door.ts'
import type { Sdk } from './server.ts'

/** One message of a client, or several at once. */
export interface Message {
  /** Without its body. */
  request: Request
  body: unknown
  door: Door
}

interface Session {
  transport: WebStandardStreamableHTTPServerTransport
}

/** What is kept of a session: by its beginning any instance can take it up. */
interface KeptSession {
  initialize: unknown
  /** Unix milliseconds. */
  written: number
}

/** Sessions of the revisions of the protocol that have them (2025-11-25 and before). */
export interface Sessions {
  begin(message: Message): Promise<Response>
  /** Throws `not-found` for a session that is over, or somebody else's. */
  goOn(id: string, message: Message): Promise<Response>
  end(id: string, door: Door): Promise<void>
}

/** Sessions an instance has at hand; others it takes up again when they are asked for. */
const MOST_AT_HAND = 1000

export function createSessions(sdk: Sdk, factory: McpServerFactory): Sessions {
  const atHand = new Map<string, Promise<Session>>()

  const open = async (id: string): Promise<Session> => {
    const transport = new sdk.WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
    })
    const server = (await factory({ era: 'legacy' })) as Server
    await server.connect(transport)
    return { transport }
  }
  /** The latest used is the last in the map, so the first has waited longest. */
  const use = (key: string, opening: Promise<Session>): Promise<Session> => {
    atHand.delete(key)
    atHand.set(key, opening)
    opening.catch(() => atHand.delete(key))
    if (atHand.size > MOST_AT_HAND) atHand.delete(atHand.keys().next().value!)
    return opening
  }
  const hear = ({ transport }: Session, { request, body, door }: Message) =>
    transport.handleRequest(request, { parsedBody: body, authInfo: authInfoOf(door) })
  /** The session as it was, by its first message said again. */
  const revive = async (id: string, initialize: unknown, message: Message): Promise<Session> => {
    const session = await open(id)
    const response = await hear(session, { ...message, body: initialize })
    await response.text()
    return session
  }

  return {
    async begin(message) {
      const id = crypto.randomUUID()
      const session = await open(id)
      const response = await hear(session, message)
      if (!response.ok) return response
      await keep(message.door, id, message.body)
      void use(keyOf(id, message.door), Promise.resolve(session))
      return response
    },
    async goOn(id, message) {
      const { door } = message
      const kept = await find(door, id)
      const key = keyOf(id, door)
      const session = await use(key, atHand.get(key) ?? revive(id, kept.initialize, message))
      return hear(session, message)
    },
    async end(id, door) {
      const { state } = servicesOf(door)
      const key = keyOf(id, door)
      const session = atHand.get(key)
      atHand.delete(key)
      if (!(await state.delete(collectionOf(door), id))) throw gone()
      await (await session)?.transport.close()
    },
  }
}

const servicesOf = ({ c }: Door): Services => c.get('services')

const collectionOf = ({ c }: Door) => `mcp-sessions/${c.get('caller').owner}`

const keyOf = (id: string, door: Door) => `${collectionOf(door)} ${id}`

async function keep(door: Door, id: string, initialize: unknown): Promise<void> {
  const { state, config } = servicesOf(door)
  const written = Date.now()
  const kept: KeptSession = { initialize, written }
  const expiresAt = written + config.MCP_SESSION_MINUTES * 60_000
  await state.put(collectionOf(door), { id, value: JSON.stringify(kept) }, { expiresAt })
}

/** Whoever uses a session makes it last, which is written down now and then. */
async function find(door: Door, id: string): Promise<KeptSession> {
  const { state, config } = servicesOf(door)
  const item = ID.test(id) ? await state.get(collectionOf(door), id) : undefined
  if (!item) throw gone()
  const kept = JSON.parse(item.value) as KeptSession
  const isOld = Date.now() - kept.written > config.MCP_SESSION_MINUTES * 60_000 * RENEWED_AFTER
  if (isOld) await keep(door, id, kept.initialize)
  return kept
}

/** Of its time, until a session is written down again. */
const RENEWED_AFTER = 0.25
const ID = /^[\w-]{1,64}$/

const gone = () =>
  new GatewayError('not-found', 'The session is over. Begin another with `initialize`.', {
    reason: 'session_not_found',
  })
