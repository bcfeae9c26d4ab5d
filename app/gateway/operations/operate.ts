import type { ModelAlias } from '../../config/model-settings.ts'
import { amended, GatewayError } from '../../errors.ts'
import type { Call, Served } from '../../ports/call.ts'
import type { FoundModel, ModelCard } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import type { Asking, ExchangeRecord, Operation, Wish } from '../answer.ts'
import { answerHeaders, ignoredNames } from '../answers/answer-headers.ts'
import { openDeadline } from '../deadline.ts'
import { type Resolution, resolveModel } from '../names/resolve-model.ts'
import { toldOfNames } from '../names/told-of-names.ts'

/** One question to a model that does not chat. */
interface Order<Model, Result extends Done> {
  operation: Operation
  /** The name the caller wrote. */
  model: string
  /** What a card must say for a wildcard to lead to it. */
  suits(card: ModelCard): boolean
  /** No successor may answer for a retired model: what it gives could not be compared with what was given before. */
  exact?: boolean
  /** The part of a model that is asked; undefined is answered 400. */
  pick(found: FoundModel): Model | undefined
  /** How a model that cannot do it is called in the refusal: `an embedding model`. */
  kind: string
  /** The field that errors about all that was sent name. */
  about?: string
  /** The end user behind the caller. */
  user?: string
  /** As `Wish`. */
  tokens(): number
  units?: Wish['units']
  /** The work may take so many seconds, where that is not what an answer may. */
  seconds?: number
  work(model: Model, call: Call, found: Named): Promise<Result>
}

/** The model that does the work, and what the operator wants said along whenever this name is used. */
interface Named {
  card: ModelCard
  alias?: ModelAlias
}

/** What every answer tells of itself. */
interface Done {
  served: Served
  usage?: ExchangeRecord['usage']
}

export interface Operated<Result> {
  result: Result
  /** For `entry.record` of the access log. */
  record: ExchangeRecord
  headers: Record<string, string>
}

/**
 * Finds the model, asks whether the caller may, and has it do the work within the deadline. What goes on
 * after `work` has resolved (audio that is still spoken) is the route's to stop. Throws `GatewayError`.
 */
export async function operate<Model, Result extends Done>(
  order: Order<Model, Result>,
  asking: Asking,
  services: Services,
): Promise<Operated<Result>> {
  const { operation, tokens, units } = order
  const { found, by, alias, retired } = await findModel(order, services, asking)
  const { card } = found
  const model = order.pick(found)
  if (model === undefined) throw notSuited(order.model, order.kind)
  const isBuiltIn = by === 'alias' && alias === undefined
  if (isBuiltIn && !order.suits(card)) throw nobodyBehind(order.model)
  if (retired !== undefined && !order.exact && !order.suits(card)) {
    throw outgrown(
      retired,
      asking.mayUse?.(card, card.id) === false ? 'the model' : `\`${card.id}\``,
    )
  }
  const record: ExchangeRecord = {
    operation,
    model: order.model,
    modelId: card.id,
    resolvedBy: by,
    stream: false,
    user: order.user,
  }
  asking.begun?.(record)
  await asking.admit?.({ operation, model: order.model, card, tokens, units })
  const { config, runtime } = services
  const seconds = order.seconds ?? config.AI_RESPONSE_TIMEOUT
  const deadline = openDeadline(seconds, asking.onLeft, runtime.alarm)
  try {
    const call: Call = {
      requestId: asking.requestId,
      signal: deadline.signal,
      as: asking.as,
      trace: asking.trace,
    }
    record.provider = card.provider
    record.askedAt = performance.now()
    const result = await order.work(model, call, { card, alias })
    record.answeredAt = performance.now()
    const { served, usage } = result
    record.provider = served.provider
    record.servedModel = served.model
    record.region = served.region
    record.attempts = served.attempts
    record.tried = served.tried
    record.ignored = ignoredNames(undefined, served.ignored, {})
    record.usage = usage
    return { result, record, headers: answerHeaders(served, record.ignored, usage) }
  } catch (thrown) {
    const error = inPlace(deadline.explain(thrown), order.about)
    const { standing } = found
    const unknown = { name: order.model, standing, mayUse: asking.mayUse }
    throw await toldOfNames(error, unknown, services)
  } finally {
    deadline.clear()
  }
}

/** A retired model whose successor is of the right kind, but cannot do what is asked. */
const outgrown = (retired: string, successor: string) =>
  new GatewayError(
    'model-not-found',
    `The model \`${retired}\` has been retired, and ${successor}, which answers in its place, cannot do what is asked.`,
    { param: 'model', retired: true },
  )

/** The model that is meant, in whose place no successor stands where none may. Throws as `resolveModel`. */
export async function findModel(
  { model, suits, exact }: Pick<Order<unknown, Done>, 'model' | 'suits' | 'exact'>,
  services: Services,
  { mayUse }: Pick<Asking, 'mayUse'>,
): Promise<Resolution> {
  const resolved = await resolveModel(model, services, { suits, mayUse })
  if (!exact || resolved.retired === undefined) return resolved
  return { ...resolved, ...(await itself(resolved.retired, services)) }
}

/** A model's own fields, with those the operator has for this name; the caller's win. */
export const withParams = (
  extras: Readonly<Record<string, unknown>> | undefined,
  alias: ModelAlias | undefined,
): Readonly<Record<string, unknown>> | undefined =>
  alias?.params ? { ...alias.params, ...extras } : extras

/** A name of ours that leads to a model of the right kind, but to none that does what is asked. */
const nobodyBehind = (model: string) =>
  new GatewayError(
    'model-not-found',
    `The model \`${model}\` does not exist or you do not have access to it. None of the models it stands for here can do what is asked.`,
    { param: 'model' },
  )

/** What upstreams call the whole of a request, in errors that are about it. */
const CONVERSATION = 'messages'

const inPlace = (thrown: unknown, param: string | undefined): unknown =>
  thrown instanceof GatewayError && thrown.param === CONVERSATION
    ? amended(thrown, { param })
    : thrown

/** The model of exactly this name, listed or not: whether it is still there, its upstream will say. */
async function itself(
  name: string,
  { providers }: Services,
): Promise<Pick<Resolution, 'found' | 'by'>> {
  for (const provider of providers) {
    const found = await provider.find(name)
    if (found) return { found, by: 'id' }
  }
  throw new GatewayError('model-not-found', `The model \`${name}\` has been retired.`, {
    param: 'model',
    retired: true,
  })
}

const notSuited = (name: string, kind: string) =>
  new GatewayError('invalid-request', `The model \`${name}\` is not ${kind}.`, {
    param: 'model',
    reason: 'model_not_supported',
  })
