import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'
import { withLargeValues } from '../large-values.ts'
import { type Page, type PageOptions, pageOf } from '../page.ts'

/** A chat completion as its caller read it. Ids sort by the time they were given. */
export interface Completion {
  id: string
  /** Unix seconds. */
  created: number
  model: string
  metadata?: Labels
  [member: string]: unknown
}

/** A message as it was asked. */
interface Message {
  role: string
  [member: string]: unknown
}

/** Messages come without ids: theirs are made of the completion's and their place. */
interface AskedMessage {
  id: string
  message: Message
}

/** The caller's own labels. */
type Labels = Record<string, string>

export interface CompletionFilter {
  model?: string
  /** Labels a completion must have, all of them. */
  labels?: [key: string, value: string][]
}

/** The completions one owner had kept. To everybody else they do not exist. */
export interface StoredCompletions {
  keep(completion: Completion, messages: readonly Message[]): Promise<void>
  /** Throws `not-found`, as the others do that name an id. */
  retrieve(id: string): Promise<Completion>
  /** Replaces the labels. */
  label(id: string, labels: Labels): Promise<Completion>
  delete(id: string): Promise<void>
  /** In the order they were asked for. `after` may name one that was deleted since. */
  list(page: PageOptions, filter?: CompletionFilter): Promise<Page<Completion>>
  /** What was asked, in the order of the request. Throws `invalid-request` for an unknown `after`. */
  messages(id: string, page: PageOptions): Promise<Page<AskedMessage>>
}

const DAY = 24 * 60 * 60 * 1000
/** Completions that are looked through at a time for those that fit a filter. */
const BATCH = 100
/** How often a change is tried on what others are changing as well. */
const TRIES = 5

export function storedCompletions(
  { state, config }: Pick<Services, 'state' | 'config'>,
  owner: string,
): StoredCompletions {
  const store = withLargeValues(state)
  const completions = `chat-completions/${owner}`
  const questions = `chat-completion-messages/${owner}`
  const expiry = ({ created }: Completion) => created * 1000 + config.STORED_COMPLETIONS_DAYS * DAY

  const find = async (id: string) => {
    const item = await store.get(completions, id)
    if (!item) throw unknown(id)
    return { completion: JSON.parse(item.value) as Completion, version: item.version }
  }

  return {
    async keep(completion, messages) {
      const { id } = completion
      const options = { ifVersion: 0, expiresAt: expiry(completion) }
      // The completion comes last: what is there has its messages.
      await store.put(questions, { id, value: JSON.stringify(messages) }, options)
      await store.put(completions, { id, value: text(completion) }, options)
    },

    retrieve: async (id) => (await find(id)).completion,

    async label(id, labels) {
      for (let left = TRIES; left > 0; left--) {
        const { completion, version } = await find(id)
        const labelled = { ...completion, metadata: labels }
        const options = { ifVersion: version, expiresAt: expiry(completion) }
        if (await store.put(completions, { id, value: text(labelled) }, options)) return labelled
      }
      throw new GatewayError('conflict', `Others are changing the chat completion \`${id}\`.`)
    },

    async delete(id) {
      if (!(await store.delete(completions, id))) throw unknown(id)
      await store.delete(questions, id)
    },

    async list({ after, limit, descending }, filter = {}) {
      const data: Completion[] = []
      const batch = filter.model || filter.labels?.length ? BATCH : limit + 1
      for (let from = after; ; ) {
        const items = await store.list(completions, { after: from, limit: batch, descending })
        for (const { value } of items) {
          const completion = JSON.parse(value) as Completion
          if (!fits(completion, filter)) continue
          if (data.length === limit) return { data, hasMore: true }
          data.push(completion)
        }
        if (items.length < batch) return { data, hasMore: false }
        from = items.at(-1)!.id
      }
    },

    async messages(id, page) {
      // In this order: a completion goes before its messages, which were there if it still is.
      const item = await store.get(questions, id)
      if (!(await state.get(completions, id))) throw unknown(id)
      const messages = item ? (JSON.parse(item.value) as Message[]) : []
      const named = messages.map((message, index) => ({ id: `${id}-${index}`, message }))
      const found = pageOf(named, page)
      if (found) return found
      throw new GatewayError('invalid-request', `No message is called \`${page.after}\`.`, {
        param: 'after',
      })
    },
  }
}

const text = (completion: Completion) => JSON.stringify({ metadata: {}, ...completion })

function fits({ model, metadata = {} }: Completion, filter: CompletionFilter): boolean {
  if (filter.model && filter.model !== model) return false
  return (filter.labels ?? []).every(
    ([key, value]) => Object.hasOwn(metadata, key) && metadata[key] === value,
  )
}

function unknown(id: string): GatewayError {
  return new GatewayError(
    'not-found',
    `There is no stored chat completion \`${id}\`. Only those created with \`store: true\` are kept.`,
  )
}
