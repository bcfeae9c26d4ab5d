import { encodeJson } from '../../../../codecs/json-with-contents.ts'
import { GatewayError } from '../../../../errors.ts'
import type { Call, Served } from '../../../../ports/call.ts'
import type { DrawnImage, ImageModel, ImageRequest } from '../../../../ports/images.ts'
import { refusedValue } from '../../../image-requests.ts'
import { parseReply } from '../answers.ts'
import type { BedrockClient } from '../client.ts'
import { labelHeader } from '../embeddings/embed.ts'
import { type FanOut, fanOut } from '../embeddings/fan-out.ts'
import { guardrailHeaders } from '../invoke-headers.ts'
import { askRouted, type Routing, type Target } from '../routed.ts'
import { blockedError, explained, isBlocked } from './blocked.ts'
import { bodyContent, isContent } from './body-content.ts'
import { checkFormat, compresses, finish } from './finish.ts'
import type { Painted, Painter, Plan } from './painter.ts'

export interface ImageDependencies extends Routing {
  client: BedrockClient
  /** Calls that one request may have open at the same time. */
  imagesAtOnce: number
  wait?: FanOut['wait']
}

interface ImageTarget extends Target {
  painter: Painter
}

/** Bytes of a body that InvokeModel takes (its API reference). */
const LARGEST_BODY = 25_000_000

/** What one call is asked. */
interface Part {
  count: number
  seed: number | undefined
}

type Answered = Painted & { served: Omit<Served, 'ignored'> }

/** A model that draws by InvokeModel: some pictures a call where it gives several, some calls at the same time. */
export function createImageModel(dependencies: ImageDependencies, target: ImageTarget): ImageModel {
  const { painter, card } = target
  const { imagesAtOnce: most, wait } = dependencies
  return {
    async draw(request, call) {
      checkTask(request, painter, card.id)
      const plan = await painter.plan(request, card.id)
      checkFormat(request, plan)
      const parts = partsOf(request.count, plan, painter.largestSeed)
      const answers = await fanOut(parts, { most, signal: call.signal, wait }, (part, signal) =>
        ask(dependencies, target, { plan, part, request, call: { ...call, signal } }),
      )
      const pictures = answers.flatMap(({ images }) => images)
      if (pictures.length === 0) throw nothing(answers)
      if (pictures.length < request.count)
        tellBlocked(dependencies, { id: call.requestId, model: card.id, answers })
      const images: DrawnImage[] = []
      for (const picture of pictures) images.push(await finish(picture, request))
      const attempts = answers.reduce((sum, { served }) => sum + served.attempts, 0)
      return {
        images,
        usage: { input: 0, output: 0, images: images.length },
        served: { ...answers[0]!.served, attempts, ignored: ignoredOf(request, plan) },
        ...(plan.quality && { quality: plan.quality === 'premium' ? 'high' : 'medium' }),
        background: plan.transparent ? 'transparent' : 'opaque',
      }
    },
  }
}

function checkTask({ task }: ImageRequest, { draws }: Painter, id: string): void {
  if (draws.includes(task)) return
  const tasks = draws.filter((one) => one !== 'mask').map((one) => ROUTES[one])
  throw new GatewayError(
    'invalid-request',
    `Invalid 'model': the model ${id} cannot be asked by ${ROUTES[task]}. It can by: ${tasks.join(', ')}.`,
    { param: 'model', reason: 'model_not_supported' },
  )
}

const ROUTES: Record<ImageRequest['task'], string> = {
  generate: '/v1/images/generations',
  edit: '/v1/images/edits',
  vary: '/v1/images/variations',
}

/** The calls for so many pictures; each begins with a seed of its own, so that no two draw the same. */
function partsOf(count: number, { batch, seed, single }: Plan, largest: number): Part[] {
  if (single && count > 1) {
    throw refusedValue('n', 'more calls would give the same picture again', [1])
  }
  const parts: Part[] = []
  for (let done = 0; done < count; done += batch) {
    const next = (seed ?? 0) + done
    // Behind the largest comes 1, for 0 stands for any seed to some.
    const own = seed === undefined ? undefined : next > largest ? next - largest : next
    parts.push({ count: Math.min(batch, count - done), seed: own })
  }
  return parts
}

interface Question {
  plan: Plan
  part: Part
  request: ImageRequest
  call: Call
}

async function ask(
  { client, ...routing }: ImageDependencies,
  target: ImageTarget,
  { plan, part, request, call }: Question,
): Promise<Answered> {
  const { labels = {}, guardrail } = request
  const body = await encodeJson(bodyContent(plan.body(part.count, part.seed)), isContent)
  if (body.length > LARGEST_BODY) throw tooLarge(request)
  const headers = {
    accept: 'application/json',
    ...labelHeader(labels),
    ...(guardrail && guardrailHeaders(guardrail)),
  }
  try {
    // A second region that is asked to be sure would draw, and be paid for, the same pictures again.
    const { answer, served } = await askRouted({ ...routing, hedgeAfter: 0 }, target, {
      way: 'reply',
      call,
      async ask({ id: modelId, region }, signal) {
        const { as, trace } = call
        const asked = { operation: 'invoke', modelId, region, body, headers, as, trace } as const
        const response = await client(asked, signal)
        return parseReply(await response.text())
      },
      undo: () => {},
    })
    return { ...(blockedBy(answer) ?? target.painter.decode(answer)), served }
  } catch (thrown) {
    throw explained(thrown)
  }
}

/** What a guardrail has stepped in for is no picture of the model's. */
function blockedBy(answer: unknown): Painted | undefined {
  const { 'amazon-bedrock-guardrailAction': action } = answer as Record<string, unknown>
  return action === 'INTERVENED'
    ? { images: [], blocked: 'The pictures were blocked by the guardrail of this server.' }
    : undefined
}

function tooLarge({ images }: ImageRequest): GatewayError {
  return new GatewayError(
    'too-large',
    `The pictures are too large for one request: it may have ${LARGEST_BODY} bytes in all, where each picture counts a third more than it has.`,
    { param: images[0]?.param ?? 'image' },
  )
}

function nothing(answers: readonly Answered[]): GatewayError {
  const [blocked] = answers.flatMap((one) => one.blocked ?? [])
  if (blocked === undefined) return new GatewayError('upstream', 'The model gave no picture.')
  return isBlocked(blocked)
    ? blockedError(blocked)
    : new GatewayError('upstream', 'The model failed to draw. Retry the request.', {
        cause: new Error(blocked),
      })
}

function tellBlocked(
  { warn }: ImageDependencies,
  { id, model, answers }: { id: string; model: string; answers: readonly Answered[] },
): void {
  const reasons = [...new Set(answers.flatMap(({ blocked }) => blocked ?? []))]
  warn('A model gave fewer pictures than it was asked for.', { id, model, reasons })
}

/** What steers other makers' models, beside what the plan could not use. */
function ignoredOf(request: ImageRequest, plan: Plan): string[] {
  const { partials, moderation, fidelity, compression } = request
  return [
    ...plan.ignored,
    ...(compression !== undefined && !compresses(request, plan) ? ['output_compression'] : []),
    ...(partials ? ['partial_images'] : []),
    ...(moderation !== undefined && moderation !== 'auto' ? ['moderation'] : []),
    ...(fidelity !== undefined ? ['input_fidelity'] : []),
  ]
}
