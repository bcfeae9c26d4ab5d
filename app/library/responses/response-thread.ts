import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'
import { lockConversation } from './conversation-lock.ts'
import { type Conversations, conversations, isConversationId } from './conversations.ts'
import { presentResponse } from './present-response.ts'
import { referredItems } from './referred-items.ts'
import { asItems, type KeptItem, keptItems, stampOf } from './response-items.ts'
import { type ResponseJobs, responseJobs } from './response-jobs.ts'
import { type KeptResponse, type StoredResponses, storedResponses } from './stored-responses.ts'

/** What of a request belongs to the conversation it goes on with. */
interface ThreadRequest {
  input?: unknown
  previous_response_id?: string | null
  conversation?: string | { id: string } | null
  store?: boolean | null
}

/** A request with all that its model shall be given. */
interface ResponseThread<Request> {
  request: Request
  /** Whether anything is kept of the response. */
  keeps: boolean
  keep(response: KeptResponse): Promise<void>
  /** Keeps a response that is not complete, which a conversation does not get. */
  keepBroken(response: KeptResponse): Promise<void>
  /** Gives a conversation what was said in it. */
  append(response: KeptResponse): Promise<void>
  /** Takes that out again. */
  retract(response: KeptResponse): Promise<void>
}

/**
 * Puts what came before in front of what is asked: a previous response with all it was given, or the items
 * of a conversation; and items in the place of those that only name them. Throws `not-found` and
 * `invalid-request` naming the field.
 */
export async function openResponseThread<Request extends ThreadRequest>(
  request: Request,
  services: Pick<Services, 'state' | 'objects' | 'config'>,
  owner: string,
): Promise<ResponseThread<Request>> {
  const shelf: Shelf = {
    responses: storedResponses(services, owner),
    jobs: responseJobs(services, owner),
    conversations: conversations(services, owner),
  }
  const id = conversationOf(request)
  const before = await historyOf(request, id, shelf)
  const asked = asItems(request.input)
  const own = await referredItems(asked, { ...shelf, at: 'input', before })
  const isPlain = before.length === 0 && own === asked
  const given = (stamp: string): KeptItem[] => [...before, ...keptItems(own, stamp)]
  const store = request.store ?? true

  const saidBy = (response: KeptResponse): KeptItem[] => [
    ...keptItems(own, stampOf(response.id), { renamed: true }),
    ...response.output,
  ]
  const append = async (response: KeptResponse) => {
    if (id !== undefined) await shelf.conversations.append(id, saidBy(response))
  }
  const keepBroken = async (response: KeptResponse) => {
    if (store) await shelf.responses.keep(response, given(stampOf(response.id)))
  }
  return {
    request: isPlain ? request : { ...request, input: [...before, ...own] },
    keeps: store || id !== undefined,
    async keep(response) {
      await append(response)
      await keepBroken(response)
    },
    keepBroken,
    append,
    async retract(response) {
      if (id !== undefined) await shelf.conversations.retract(id, saidBy(response))
    },
  }
}

/** A thread that nobody else goes on with until `release`, which never rejects and may be called again. */
export interface TakenThread<Request> extends ResponseThread<Request> {
  release(): Promise<void>
}

/**
 * The same for a response that becomes part of its conversation, which it has to itself meanwhile. Throws 400
 * `conversation_locked` where somebody else has it.
 */
export async function takeResponseThread<Request extends ThreadRequest>(
  request: Request,
  services: Pick<Services, 'state' | 'objects' | 'config'>,
  owner: string,
): Promise<TakenThread<Request>> {
  const id = conversationOf(request)
  const isLocked = id !== undefined && isConversationId(id)
  const release = isLocked ? await lockConversation(id, services, owner) : async () => {}
  try {
    return { ...(await openResponseThread(request, services, owner)), release }
  } catch (thrown) {
    await release()
    throw thrown
  }
}

interface Shelf {
  responses: StoredResponses
  jobs: ResponseJobs
  conversations: Conversations
}

function conversationOf({ conversation, previous_response_id: previous }: ThreadRequest) {
  const id = typeof conversation === 'object' ? conversation?.id : conversation
  if (!id) return undefined
  if (!previous) return id
  throw new GatewayError(
    'invalid-request',
    "Mutually exclusive parameters: provide 'conversation' or 'previous_response_id', not both.",
    { param: 'previous_response_id', reason: 'mutually_exclusive_parameters' },
  )
}

async function historyOf(
  { previous_response_id: previous }: ThreadRequest,
  conversation: string | undefined,
  shelf: Shelf,
): Promise<KeptItem[]> {
  if (conversation) return itemsOf(conversation, shelf.conversations)
  return previous ? contextOf(previous, shelf) : []
}

/** What stands in a path elsewhere is a field of the request here. */
async function itemsOf(id: string, held: Conversations): Promise<KeptItem[]> {
  return held.items(id).catch((thrown: unknown) => {
    if (!(thrown instanceof GatewayError) || thrown.code !== 'not-found') throw thrown
    throw new GatewayError(thrown.code, thrown.message, { param: 'conversation', cause: thrown })
  })
}

/** All that a response was given and answered. */
async function contextOf(id: string, shelf: Shelf): Promise<KeptItem[]> {
  const named = (thrown: unknown): never => {
    throw thrown instanceof GatewayError && thrown.code === 'not-found'
      ? unknownPrevious(id)
      : thrown
  }
  const { response, isRunning } = await presentResponse(id, shelf).catch(named)
  if (isRunning) {
    throw new GatewayError(
      'invalid-request',
      `The previous response '${id}' is still in progress: wait until it is complete.`,
      { param: PREVIOUS, reason: 'previous_response_in_progress' },
    )
  }
  return [...(await shelf.responses.given(id).catch(named)), ...response.output]
}

const PREVIOUS = 'previous_response_id'

/** A 400 with OpenAI, for what is missing is named by a field. */
const unknownPrevious = (id: string) =>
  new GatewayError('invalid-request', `Previous response with id '${id}' not found.`, {
    param: PREVIOUS,
    reason: 'previous_response_not_found',
  })
