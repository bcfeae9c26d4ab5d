import type { DrawnImages, ImageAbility, ImageBytes, ImageRequest } from '../../ports/images.ts'
import type { ModelCard } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import type { Asking, ExchangeRecord } from '../answer.ts'
import { ignoredNames } from '../answers/answer-headers.ts'
import { readImages, type WrittenImage } from '../attachments/read-images.ts'
import { configuredGuardrail } from '../caller-options.ts'
import { governFields } from '../extra-fields.ts'
import { screened, type Told } from '../guarded.ts'
import { labelsOf } from '../labels.ts'
import { type Operated, operate, withParams } from './operate.ts'

/** What a caller wants drawn. */
export interface ImageOrder
  extends Omit<ImageRequest, 'images' | 'mask' | 'extras' | 'labels' | 'guardrail'> {
  images: readonly WrittenImage[]
  mask?: WrittenImage
  /** Fields nobody knows, for models that do. */
  fields?: Record<string, unknown>
}

interface DrawOptions {
  onPartial?(image: ImageBytes, index: number): void
  /** Told before the model is asked what is known to have no effect, for answers whose head goes out early. */
  onAsked?(told: { ignored: string[] }): void
}

/** Characters of a token, about. */
const PER_TOKEN = 4

/** Has pictures drawn by the model that is named. Throws `GatewayError`. */
export async function draw(
  { order, onPartial, onAsked }: { order: ImageOrder } & DrawOptions,
  asking: Asking,
  services: Services,
): Promise<Operated<DrawnImages>> {
  const { images: written, mask: writtenMask, fields, ...wish } = order
  const { extras, ignored } = governFields({ extraFields: fields }, services.config)
  let warning: string | undefined
  const operated = await operate(
    {
      operation: 'image',
      model: wish.model,
      suits: (card) => suits(card, order),
      pick: (found) => found.images,
      kind: 'an image model',
      about: 'prompt',
      user: wish.user,
      tokens: () => Math.ceil((wish.prompt?.length ?? 0) / PER_TOKEN),
      units: { images: wish.count },
      async work(model, call, { card, alias }) {
        const words = wordsOf(order, withParams(extras, alias))
        const guardrail = asking.guardrail ?? alias?.guardrail
        const isGuarded = card.traits.guardrails === true
        const told = isGuarded ? words : await screened(words, { card, services, call, guardrail })
        const [prompt] = told.texts
        const reading = { services, owner: asking.owner, signal: call.signal }
        const all = writtenMask ? [...written, writtenMask] : written
        const images = await readImages(all, reading)
        const mask = writtenMask && images.pop()
        const request: ImageRequest = {
          ...wish,
          ...(prompt !== undefined && { prompt }),
          images,
          mask,
          extras: told.extras,
          labels: { ...alias?.metadata, ...labelsOf(asking, services, wish.user) },
          guardrail: guardrail ?? configuredGuardrail(services.config),
        }
        const early = wish.partials && !model.partials ? ['partial_images'] : []
        onAsked?.({ ignored: ignoredNames(undefined, [...ignored, ...early], {}) })
        const drawn = await model.draw(request, call, onPartial)
        warning = warningOf(card)
        const served = { ...drawn.served, ignored: [...ignored, ...drawn.served.ignored] }
        return { ...drawn, served }
      },
    },
    asking,
    services,
  )
  return { ...operated, headers: { ...operated.headers, ...warned(operated.record, warning) } }
}

/** Whether a model can be asked for it, where its card tells; a mask is only for those that take one. */
export function suits(
  { output, draws }: ModelCard,
  { task, mask }: Pick<ImageOrder, 'task' | 'mask'>,
): boolean {
  if (!output.includes('image')) return false
  const needed: ImageAbility[] = mask && task === 'edit' ? ['edit', 'mask'] : [task]
  return !draws || needed.every((ability) => draws.includes(ability))
}

/** Pictures are judged by nobody but the models that take a guardrail. */
const wordsOf = ({ prompt, images, mask }: ImageOrder, extras: Told['extras']): Told => ({
  texts: prompt === undefined ? [] : [prompt],
  extras,
  wordless: images.length > 0 || mask ? 'image' : undefined,
})

function warningOf({ id, legacy, listing = {} }: ModelCard): string | undefined {
  const { status, end_of_life_time: end } = (listing['lifecycle'] ?? {}) as Record<string, unknown>
  if (!legacy && status !== 'LEGACY') return undefined
  const when = typeof end === 'string' ? ` It ends ${end.slice(0, 10)}.` : ''
  return `The model ${id} is about to be retired.${when}`
}

/** What callers should hear before their pictures stop coming, or begin to come of another model. */
function warned(
  { resolvedBy, model, modelId }: ExchangeRecord,
  warning: string | undefined,
): Record<string, string> {
  const told =
    resolvedBy === 'successor'
      ? `The model ${model} has been retired; ${modelId} answered in its place.`
      : warning
  return told === undefined
    ? {}
    : { 'x-outcrop-warning': told.slice(0, 300).replace(/[^\x20-\x7e]/g, '?') }
}
