import { GatewayError } from '../../errors.ts'
import type { FoundModel, ModelCard } from '../../ports/models.ts'
import type { BesideChat, NativeAnswer, NativeModel } from '../../ports/native.ts'
import type { Services } from '../../ports/services.ts'
import type { Asking } from '../answer.ts'
import { configuredGuardrail, headerOptions } from '../caller-options.ts'
import type { Guarding } from '../guarded.ts'
import { labelsOf } from '../labels.ts'
import { screenedDocuments } from './judged-documents.ts'
import { findModel, type Operated, operate, withParams } from './operate.ts'
import { refuseForeignPlaces, wordsIn } from './written-body.ts'

/** A request in the words of a model's own maker. */
interface NativeOrder {
  model: string
  body: Readonly<Record<string, unknown>>
  /** The same as it was written. */
  text: string
  /** Pictures that are asked for. */
  images?: number
  /** The member that holds what is no text, for guardrails that judge nothing else; `undefined` where none does. */
  wordless(): string | undefined
  /** The caller's own, for the upstream's log. */
  labels?: Readonly<Record<string, string>>
}

/** What a name leads to, as somebody who sends it more than a conversation may know it. */
export interface Beside {
  card: ModelCard
  /** What it is asked for; undefined where it chats, or does something for which there is no body here. */
  operation?: BesideChat
  chats: boolean
  /** Takes the words of its maker. */
  native?: NativeModel
}

/** A body of another maker's could not be answered by a successor, nor could its vectors be compared. */
const EXACT = {
  suits: ({ output }: ModelCard) => !output.includes('text'),
  exact: true,
} as const

/** The model of a name. Throws as `resolveModel`. */
export async function findBeside(
  model: string,
  services: Services,
  asking: Pick<Asking, 'mayUse'>,
): Promise<Beside> {
  const found = await foundBeside(model, services, asking)
  const { card, chat, native: told } = found
  const native = typeof told === 'function' ? await told() : told
  if (native) return { card, operation: native.operation, chats: false, native }
  // Where nobody knows what is behind a name it may be anything; then it is asked to chat.
  if (chat) return { card, chats: true }
  const kind = KINDS.find(([member]) => found[member] !== undefined)
  return { card, chats: false, ...(kind && { operation: kind[1] }) }
}

async function foundBeside(
  model: string,
  services: Services,
  asking: Pick<Asking, 'mayUse'>,
): Promise<FoundModel> {
  try {
    return (await findModel({ ...EXACT, model }, services, asking)).found
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.code !== 'model-not-found') throw thrown
    // A wildcard may fit models that chat: Titan's bodies for text look like those for vectors.
    const suits = ({ output }: ModelCard) => output.includes('text')
    return (await findModel({ suits, model }, services, asking)).found
  }
}

const KINDS = [
  ['embeddings', 'embedding'],
  ['reranking', 'rerank'],
  ['images', 'image'],
] as const satisfies [keyof FoundModel, BesideChat][]

/** Who asks, and what they say beside the body. */
interface NativeAsking {
  asking: Asking
  services: Services
  header(name: string): string | undefined
}

/** Has a model asked with the body as it is. Throws `GatewayError`. */
export function invokeNative(
  order: NativeOrder,
  native: NativeModel,
  { asking, services, header }: NativeAsking,
): Promise<Operated<NativeAnswer>> {
  const { model, body, images = 1 } = order
  const { operation } = native
  const { config } = services
  const options = headerOptions(header, config)
  return operate(
    {
      ...EXACT,
      operation,
      model,
      pick: () => native,
      kind: 'one that takes this body',
      tokens: () => wordsIn(body),
      ...(operation === 'image' && { units: { images } }),
      async work(_, call, { card, alias }) {
        refuseForeignPlaces(body, services)
        const guardrail = options.guardrail ?? alias?.guardrail ?? configuredGuardrail(config)
        const isGuarded = operation === 'image' && card.traits.guardrails === true
        const isJudged = guardrail !== undefined && !isGuarded
        const said = withParams(body, alias) ?? body
        const guarding = { card, services, call, guardrail }
        const judged = isJudged ? await judgedBody(said, order, guarding) : said
        // A text that names a member twice says one thing here, and perhaps the other to who reads it next.
        const isLookedAt = isJudged || MAY_NAME_S3.test(order.text)
        const isAsItCame = said === body && !isLookedAt
        const own = { ...alias?.metadata, ...order.labels }
        const { labels, dropped } = labelsWithin(own, labelsOf(asking, services))
        const request = {
          body: isAsItCame ? order.text : JSON.stringify(judged),
          labels,
          ...options.settings,
          ...(isGuarded && guardrail && { guardrail }),
        }
        const answer = await native.invoke(request, call)
        return {
          ...answer,
          served: { ...answer.served, ignored: [...options.ignored, ...dropped] },
        }
      },
    },
    asking,
    services,
  )
}

/** How any address in S3 looks in JSON: as it is, or with letters in disguise. */
const MAY_NAME_S3 = /s3:|\\u/i

/** The same as its words may go on. Documents to be ranked may be objects, whose names are the caller's words too. */
async function judgedBody(
  body: NativeOrder['body'],
  { wordless }: NativeOrder,
  guarding: Guarding,
): Promise<NativeOrder['body']> {
  const { documents: listed, ...extras } = body
  const isListed = Array.isArray(listed)
  const documents = isListed ? (listed as Documents) : []
  const told = { texts: [], documents, extras: isListed ? extras : body, wordless: wordless() }
  const judged = await screenedDocuments(told, guarding)
  return { ...body, ...judged.extras, ...(isListed && { documents: judged.documents }) }
}

type Documents = Parameters<typeof screenedDocuments>[0]['documents']

/** Pairs that AWS has room for (service model, RequestMetadata); those of the server come first. */
const MOST_LABELS = 16
const LABELS = 'x-amzn-bedrock-request-metadata'

function labelsWithin(own: Record<string, string>, ours: Record<string, string>) {
  const others = Object.entries(own).filter(([name]) => !Object.hasOwn(ours, name))
  const all = [...Object.entries(ours), ...others]
  const labels = Object.fromEntries(all.slice(0, MOST_LABELS))
  return { labels, dropped: all.length > MOST_LABELS ? [LABELS] : [] }
}
