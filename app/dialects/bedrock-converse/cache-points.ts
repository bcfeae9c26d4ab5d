import type { Settings } from '../../conversation/conversation.ts'
import type { ModelTraits } from '../../ports/models.ts'
import { DOCUMENT_TEXT } from './encode-messages.ts'
import type { Asking } from './encoding.ts'
import type { CachePoint, ContentBlock, ConverseRequest, Message } from './wire.ts'

type Limits = Exclude<ModelTraits['cachePoints'], false | undefined>

/** What a model without its own figure gets: AWS's general limits. */
const GENERAL: Limits = { max: 4, ttls: ['5m', '1h'], tools: true }
/** Stands between an image and a cache point of a model that takes points behind words alone. */
const IMAGE_TEXT = 'See the attached image.'

/**
 * Fits the cache points of a request to what AWS accepts, in place: at most so many, each behind something that
 * can be cached, longer lives before shorter ones. Where there are none, a wish to cache in general
 * (`promptCache`) places them behind the tools, the system prompt and the last user turn; where there are some,
 * a wish for the end (`atEnd`) adds one behind that last turn alone.
 */
export function placeCachePoints(body: ConverseRequest, settings: Settings, asking: Asking): void {
  const { cachePoints = GENERAL } = asking.card.traits
  const wish = settings.promptCache
  if (!cachePoints) {
    if (wish) nameUnused(wish, [], asking)
    return
  }
  const placed = wish !== undefined && !wish.explicit && !hasPoints(body)
  if (placed) addPoints(body, wish.ttl, cachePoints)
  else if (wish?.atEnd) addLastPoint(body, wish.ttl, cachePoints)
  else if (wish) nameUnused(wish, pointsOf(body), asking)
  if (!hasPoints(body)) return
  if (body.system) {
    body.system = merged(body.system)
    if (body.system[0]?.cachePoint) {
      body.system.shift()
      asking.ignore('cacheControl')
    }
  }
  const { wordsOnly = false } = cachePoints
  if (wordsOnly) clearToolTurns(body, asking)
  const lose = () => asking.ignore('cacheControl')
  body.messages?.forEach((message, index, messages) => {
    message.content = legalContent(message, messages[index - 1], { wordsOnly, lose })
  })
  body.messages = body.messages?.filter(({ content }) => content.length > 0)
  limitCount(body, cachePoints.max, asking)
  const name = (placed && wish.param) || 'cacheControl.ttl'
  limitLives(pointsOf(body), cachePoints.ttls, () => asking.ignore(name))
}

type Life = '5m' | '1h' | undefined

const pointOf = (ttl: Life): CachePoint =>
  ttl === '1h' ? { type: 'default', ttl } : { type: 'default' }

function addPoints(body: ConverseRequest, ttl: Life, limits: Limits): void {
  if (limits.tools && body.toolConfig) body.toolConfig.tools.push({ cachePoint: pointOf(ttl) })
  if (body.system?.length) body.system.push({ cachePoint: pointOf(ttl) })
  addLastPoint(body, ttl, limits)
}

function addLastPoint({ messages }: ConverseRequest, ttl: Life, { wordsOnly }: Limits): void {
  const last = messages?.findLast(
    (message) => message.role === 'user' && !(wordsOnly && hasTools(message)),
  )
  last?.content.push({ cachePoint: pointOf(ttl) })
}

const hasTools = ({ content }: Message): boolean =>
  content.some((block) => block.toolUse !== undefined || block.toolResult !== undefined)

/** Takes the points out of turns that call tools or tell their results, for models that refuse them there. */
function clearToolTurns({ messages = [] }: ConverseRequest, { ignore }: Asking): void {
  messages.forEach((message, index) => {
    const [first] = message.content
    const before = messages[index - 1]
    // A leading point would be one behind the turn before.
    const isBehind = first?.cachePoint !== undefined && before !== undefined && hasTools(before)
    const told = hasTools(message)
    const kept = message.content.filter(
      (block) => !block.cachePoint || !(told || (isBehind && block === first)),
    )
    if (kept.length < message.content.length) ignore('cacheControl')
    message.content = kept
  })
}

/** A wish that placed nothing; a point of the caller's that lives as long as wished still honours that much. */
function nameUnused(
  { key, ttl, param }: NonNullable<Settings['promptCache']>,
  points: readonly CachePoint[],
  { ignore }: Asking,
): void {
  if (key || !param) ignore('promptCache')
  if (param && !points.some((point) => (point.ttl ?? '5m') === ttl)) ignore(param)
}

type Holder = { cachePoint?: CachePoint }

function hasPoints({ toolConfig, system, messages }: ConverseRequest): boolean {
  const isPoint = ({ cachePoint }: Holder) => cachePoint !== undefined
  if (toolConfig?.tools.some(isPoint) || system?.some(isPoint)) return true
  return messages?.some(({ content }) => content.some(isPoint)) ?? false
}

/** All points in the order of the prefix: tools, system, messages. */
function pointsOf(body: ConverseRequest): CachePoint[] {
  return holders(body).flatMap((list) => list.flatMap(({ cachePoint }) => cachePoint ?? []))
}

function holders(body: ConverseRequest): Holder[][] {
  const messages = body.messages?.map(({ content }) => content) ?? []
  return [body.toolConfig?.tools ?? [], body.system ?? [], ...messages]
}

/** Where points meet one stands for all, and lives as long as the longest. */
function merged<T extends Holder>(blocks: readonly T[]): T[] {
  const kept: T[] = []
  for (const block of blocks) {
    if (!standsFor(kept.at(-1)?.cachePoint, block.cachePoint)) kept.push(block)
  }
  return kept
}

function standsFor(before: CachePoint | undefined, point: CachePoint | undefined): boolean {
  if (!before || !point) return false
  if (point.ttl === '1h') before.ttl = point.ttl
  return true
}

/**
 * Every point needs a block before it in its own message, and not a thought (recorded 400s). A leading
 * one moves to the end of the message before. `lose` is told of one that has no place.
 */
function legalContent(
  message: Message,
  before: Message | undefined,
  { wordsOnly, lose }: { wordsOnly: boolean; lose(): void },
): ContentBlock[] {
  const content = merged(message.content)
  const leading = content[0]?.cachePoint && content.shift()
  const last = before?.content.at(-1)
  if (leading && !standsFor(last?.cachePoint, leading.cachePoint)) {
    if (before && mayFollow(last)) before.content.push(leading)
    else lose()
  }
  return content.flatMap((block, index) => {
    if (!block.cachePoint) return [block]
    const previous = content[index - 1]
    // AWS loses the point right behind a document it turns into text; words between them mend it.
    if (previous?.document || previous?.video) return [{ text: DOCUMENT_TEXT }, block]
    if (wordsOnly && previous?.image) return [{ text: IMAGE_TEXT }, block]
    if (mayFollow(previous)) return [block]
    lose()
    return []
  })
}

function mayFollow(block: ContentBlock | undefined): boolean {
  return block !== undefined && !block.reasoningContent && !block.document
}

/** A life the model does not know, or that is longer than one before it, becomes the default. */
function limitLives(points: CachePoint[], ttls: readonly string[], shortened: () => void): void {
  let shorter = false
  for (const point of points) {
    if (point.ttl === '1h' && (shorter || !ttls.includes('1h'))) {
      delete point.ttl
      shortened()
    }
    shorter ||= point.ttl !== '1h'
  }
}

/** The oldest points of the messages go first; those of tools and system serve every request. */
function limitCount(body: ConverseRequest, max: number, { ignore }: Asking): void {
  let surplus = pointsOf(body).length - max
  if (surplus <= 0) return
  ignore('cacheControl')
  const prune = <T extends Holder>(blocks: T[]): T[] =>
    blocks.filter((block) => !block.cachePoint || surplus-- <= 0)
  for (const message of body.messages ?? []) message.content = prune(message.content)
  if (body.system) body.system = prune(body.system)
  if (body.toolConfig) body.toolConfig.tools = prune(body.toolConfig.tools)
}
