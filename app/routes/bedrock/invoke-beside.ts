import { GatewayError } from '../../errors.ts'
import type { Asking } from '../../gateway/answer.ts'
import { headerOptions } from '../../gateway/caller-options.ts'
import { draw } from '../../gateway/operations/draw.ts'
import { embed } from '../../gateway/operations/embed.ts'
import { type Beside, findBeside, invokeNative } from '../../gateway/operations/invoke.ts'
import type { Operated } from '../../gateway/operations/operate.ts'
import { rerank } from '../../gateway/operations/rerank.ts'
import { reply } from '../../http/answers/reply.ts'
import { caller } from '../../http/caller.ts'
import type { HttpContext } from '../../http/context.ts'
import { requestHeader } from '../../http/request-header.ts'
import type { BesideChat, NativeModel } from '../../ports/native.ts'
import type { Services } from '../../ports/services.ts'
import { writtenLabels } from './labels.ts'
import type { Body, Meant, OwnForm } from './own-words/form.ts'
import { ownForm } from './own-words/index.ts'

interface Asked {
  modelId: string
  body: Body
  /** The body as it came. */
  text: string
  stream: boolean
}

/**
 * The answer of a model that does not chat, in the words of its maker: those of the model itself where it takes
 * them, else written here. Undefined for a model that chats. Throws `GatewayError`.
 */
export async function invokeBeside(c: HttpContext, asked: Asked): Promise<Response | undefined> {
  const asking = caller(c)
  const beside = await findBeside(asked.modelId, c.get('services'), asking)
  if (beside.chats) return undefined
  const { card, operation, native } = beside
  asking.permit?.({ model: asked.modelId, card })
  if (asked.stream) throw notStreamed()
  const form = operation && ownForm(operation, idOf(beside), asked.body)
  if (native) return relayed(c, { ...asked, native, form, id: card.id })
  if (!operation || !form) throw notUnderstood(asked.modelId, operation)
  return written(c, asked, await form.read(asked.body, card.id))
}

/** What is meant by a name is told best by what it leads to. */
const idOf = ({ card: { id, leadsTo } }: Beside): string =>
  Array.isArray(leadsTo) && leadsTo[0] !== undefined ? leadsTo[0] : id

interface Relaying extends Asked {
  native: NativeModel
  form: OwnForm | undefined
  id: string
}

async function relayed(c: HttpContext, asked: Relaying): Promise<Response> {
  const { modelId, native, form, id, ...order } = asked
  const { result, record, headers } = await invokeNative(
    {
      ...order,
      model: modelId,
      images: picturesIn(order.body),
      wordless: () => wordlessIn(form, order.body, id),
      labels: writtenLabels(c),
    },
    native,
    { asking: caller(c), services: c.get('services'), header: (name) => requestHeader(c, name) },
  )
  c.get('entry').record = record
  return reply(c, result.body, {
    type: result.mediaType,
    headers: { ...headers, ...besideHeaders(c, native.operation, result.usage.input) },
  })
}

/** Pictures a body asks for, as Amazon's models are told; all others draw one. */
function picturesIn({ imageGenerationConfig: config }: Body): number {
  const { numberOfImages } = (config ?? {}) as { numberOfImages?: unknown }
  return typeof numberOfImages === 'number' && numberOfImages > 0 ? Math.ceil(numberOfImages) : 1
}

/** The member that no guardrail could judge; the whole body where nobody here can read it. */
function wordlessIn(form: OwnForm | undefined, body: Body, id: string): string | undefined {
  try {
    const meant = form?.read(body, id)
    if (!meant || meant instanceof Promise || meant.operation === 'image') return 'body'
    if (meant.operation === 'rerank') return undefined
    const pieces = meant.order.inputs.flatMap((one) => (one.type === 'fused' ? one.parts : [one]))
    const other = pieces.find(({ type }) => type !== 'text')
    return other && (other.param ?? 'body')
  } catch {
    return 'body'
  }
}

async function written(c: HttpContext, asked: Asked, meant: Meant): Promise<Response> {
  const services = c.get('services')
  const header = (name: string) => requestHeader(c, name)
  const { guardrail, ignored } = headerOptions(header, services.config)
  const asking = { ...caller(c), ...(guardrail && { guardrail }) }
  const { operated, body } = await worked(c, asked.modelId, { meant, asking, services })
  const { record, headers } = operated
  c.get('entry').record = record
  const unheard = UNHEARD.filter((name) => header(name) !== undefined)
  const lost = [...(record.ignored ?? []), ...ignored, ...unheard]
  return reply(c, JSON.stringify(body), {
    headers: {
      ...headers,
      ...(lost.length > 0 && { 'x-outcrop-ignored-params': lost.join(', ') }),
      ...besideHeaders(c, meant.operation, record.usage?.input),
    },
  })
}

/** What only AWS could make something of. */
const UNHEARD = [
  'x-amzn-bedrock-request-metadata',
  'x-amzn-bedrock-service-tier',
  'x-amzn-bedrock-performanceconfig-latency',
]

interface Working {
  meant: Meant
  asking: Asking
  services: Services
}

async function worked(
  c: HttpContext,
  model: string,
  { meant, asking, services }: Working,
): Promise<{ operated: Operated<unknown>; body: Body }> {
  if (meant.operation === 'embedding') {
    const operated = await embed({ ...meant.order, model }, asking, services)
    return { operated, body: meant.write(operated.result, c.get('requestId')) }
  }
  if (meant.operation === 'rerank') {
    const operated = await rerank({ ...meant.order, model }, asking, services)
    return { operated, body: meant.write(operated.result) }
  }
  const operated = await draw({ order: { ...meant.order, model } }, asking, services)
  return { operated, body: meant.write(operated.result) }
}

/** As AWS's clients read them. Tokens are told of vectors alone (recorded). */
function besideHeaders(
  c: HttpContext,
  operation: BesideChat,
  tokens: number | undefined,
): Record<string, string> {
  const latency = Math.round(performance.now() - c.get('entry').startedAt)
  const isCounted = operation === 'embedding' && tokens !== undefined
  return {
    'x-amzn-requestid': c.get('requestId'),
    'x-amzn-bedrock-invocation-latency': String(latency),
    ...(isCounted && { 'x-amzn-bedrock-input-token-count': String(tokens) }),
  }
}

/** AWS's own sentence (public issues). */
const notStreamed = () =>
  new GatewayError('invalid-request', 'The model is unsupported for streaming.')

const BODIES: Record<BesideChat, string> = {
  embedding: 'Titan, Cohere, Nova and Marengo for vectors',
  rerank: 'Cohere and Amazon for rankings (`query`, `documents`)',
  image: 'Nova Canvas, Titan Image and Stability for pictures',
}

const notUnderstood = (model: string, operation: BesideChat | undefined) =>
  new GatewayError(
    'invalid-request',
    operation
      ? `Malformed input request: the model ${model} is asked here with bodies of ${BODIES[operation]}.`
      : `The model ${model} is not asked by InvokeModel.`,
  )
