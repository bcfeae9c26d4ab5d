import type { Conversation } from '../../../conversation/conversation.ts'
import type { ReplyEvent, Usage } from '../../../conversation/events.ts'
import type { Call, Served } from '../../../ports/call.ts'
import type { AwsIdentity } from '../../../ports/caller.ts'
import type { ModelCard, ReplyStream } from '../../../ports/models.ts'
import type { Warn } from '../warn.ts'
import { askInTurn, type Routes } from './failover.ts'
import type { Candidate, Plan } from './region-policy.ts'
import type { Router, Way } from './router.ts'
import { promptName, usedCache, type WarmRegions } from './warm-regions.ts'

/** What asking in several regions takes. Times in milliseconds. */
export interface Routing {
  router: Router
  warmRegions: WarmRegions
  hedgeAfter: number
  /** How long a region has to begin, unless it is the last. */
  patience: Readonly<Record<Way, number>>
  warn: Warn
}

/** A model, and where it may be asked. */
export interface Target {
  card: ModelCard
  /** For whoever it is asked as, who may have a profile of their own for it. */
  routes(as?: AwsIdentity): Routes
}

/** One request of any operation. */
interface RoutedQuestion<T> {
  way: Way
  /** Absent where none is carried on, so that no cache could hold its prompt. */
  conversation?: Conversation
  call: Call
  ask(candidate: Candidate, signal: AbortSignal): Promise<T>
  undo(answer: T): void
}

interface RoutedAnswer<T> {
  answer: T
  /** `attempts` counts regions; whoever calls a region more than once adds to it. */
  served: Omit<Served, 'ignored'>
  /**
   * To be told what the answer cost, where that matters: a cache that was used makes its region the one to
   * ask again.
   */
  billed?(usage: Usage): void
}

/** Asks the regions of a model in the router's order. Throws `GatewayError`. */
export async function askRouted<T>(
  { router, warmRegions, hedgeAfter, patience, warn }: Routing,
  { card, routes }: Target,
  { way, conversation, call, ask, undo }: RoutedQuestion<T>,
): Promise<RoutedAnswer<T>> {
  const known = inAccountOf(call.as, routes(call.as))
  const hasChoice = known.plan.candidates.length > 1
  const prompt = hasChoice && conversation ? promptName(conversation) : undefined
  const { answer, candidate, tried } = await askInTurn(router, known, {
    way,
    signal: call.signal,
    warm: prompt === undefined ? undefined : warmRegions.regionOf(prompt),
    hedgeAfter,
    patience: patience[way],
    ask,
    undo,
    onFailure: ({ region, model, outcome, milliseconds }) =>
      warn('A region did not answer.', {
        id: call.requestId,
        model: card.id,
        asked: model,
        region,
        outcome,
        milliseconds,
      }),
  })
  const { id: model, region } = candidate
  const served: RoutedAnswer<T>['served'] = {
    provider: 'aws',
    model,
    region,
    attempts: tried.length,
  }
  if (tried.length > 1) served.tried = tried
  if (prompt === undefined) return { answer, served }
  const billed = (usage: Usage) => {
    if (usedCache(usage)) warmRegions.note(prompt, region)
  }
  return { answer, served, billed }
}

/** Another account has quotas of its own, so what its regions suffer is nobody else's trouble. */
function inAccountOf(as: AwsIdentity | undefined, routes: Routes): Routes {
  const role = as?.roleArn
  if (role === undefined) return routes
  const { plan, better } = routes
  const own = (asked: Plan): Plan => ({
    ...asked,
    candidates: asked.candidates.map((one) => ({ ...one, key: `${one.key} ${role}` })),
  })
  return { plan: own(plan), ...(better && { better: async () => mapped(await better(), own) }) }
}

const mapped = (plan: Plan | undefined, own: (plan: Plan) => Plan) => plan && own(plan)

/** The same stream, told of its bill as it goes by. */
export function billedStream(events: ReplyStream, billed: (usage: Usage) => void): ReplyStream {
  return {
    cancel: () => events.cancel(),
    async read() {
      const batch = await events.read()
      const last: ReplyEvent | undefined = batch?.at(-1)
      if (last?.type === 'reply-end') billed(last.usage)
      return batch
    },
  }
}
