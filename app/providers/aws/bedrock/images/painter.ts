import type { ImageAbility, ImageRequest } from '../../../../ports/images.ts'
import type { Modality, ModelTraits } from '../../../../ports/models.ts'
import { VECTORS } from '../embeddings/embedder.ts'

/** A body of InvokeModel, in which `InputImage`s and bytes stand for their base64. */
type Body = Readonly<Record<string, unknown>>

export type ImageFormat = 'png' | 'jpeg' | 'webp'

/** How a request is carried out. */
export interface Plan {
  /** One call for so many pictures. `seed` is present where the model takes seeds and one is to be sent. */
  body(count: number, seed: number | undefined): Body
  /** Pictures one call may be asked for. */
  batch: number
  /** Of the first call; those behind it count on. */
  seed?: number
  /** More calls would give the same picture, so there can be one alone. */
  single?: true
  /** What the model writes itself. */
  format: ImageFormat
  /** The pictures have transparent parts, which not every format can hold. */
  transparent?: true
  /** OpenAI's or the caller's names of what has no effect. */
  ignored: readonly string[]
  /** What is not told by the pictures. */
  quality?: string
}

/** Pictures in base64, and why others are missing. */
export interface Painted {
  images: readonly string[]
  /** The model's own sentence. */
  blocked?: string
}

/** Models that are sent the same bodies for pictures. */
export interface Painter {
  /** Beginnings of base ids. */
  ids: readonly string[]
  input: readonly Modality[]
  /** What it can be asked. */
  draws: readonly ImageAbility[]
  /** The largest seed; calls behind the first count on up to it. */
  largestSeed: number
  traits: ModelTraits
  /** Throws 400 naming what it cannot do, with what it can. */
  plan(request: ImageRequest, id: string): Plan | Promise<Plan>
  /** Throws `GatewayError` where the answer is an error in disguise. */
  decode(answer: unknown): Painted
}

/** The painter of a base id. */
export const painterOf = (painters: readonly Painter[] | undefined, id: string) =>
  painters?.find(({ ids }) => ids.some((beginning) => id.startsWith(beginning)))

/** Guardrails look at pictures by the headers of InvokeModel; where one cannot be applied AWS refuses the request. */
export const PAINTS: ModelTraits = { ...VECTORS, guardrails: true }

/** A caller's own fields, each taken once; what nobody takes has no effect. */
export interface OwnFields {
  /** The first of these names that is there. */
  take(...names: string[]): { name: string; value: unknown } | undefined
  /** The names that nobody took. */
  left(): string[]
}

export function ownFields({ extras = {} }: ImageRequest): OwnFields {
  const left = new Set(Object.keys(extras))
  return {
    take(...names) {
      const [name] = names.filter((one) => left.has(one))
      for (const one of names) left.delete(one)
      return name === undefined ? undefined : { name, value: extras[name] }
    },
    left: () => [...left],
  }
}
