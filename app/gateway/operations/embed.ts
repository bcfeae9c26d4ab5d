import type { Conversation, MediaPart, Part } from '../../conversation/conversation.ts'
import type { Usage } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { Served } from '../../ports/call.ts'
import type {
  EmbeddedInput,
  EmbeddingInput,
  EmbeddingPiece,
  EmbeddingRequest,
} from '../../ports/embeddings.ts'
import type { ModelCard } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import type { Asking } from '../answer.ts'
import { type MediaResolution, resolveMedia } from '../attachments/resolve-media.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import { governFields } from '../extra-fields.ts'
import { type Guarding, screened } from '../guarded.ts'
import { labelsOf } from '../labels.ts'
import { type Operated, operate, withParams } from './operate.ts'

/** A text, which may have the form of an address: then the model's card decides what is meant. */
interface WrittenText {
  type: 'text'
  text: string
  /** What is said in OpenAI's tokens instead. */
  tokens?: readonly number[]
  param: string
  /** What it names or holds. Throws `GatewayError` for what is broken. */
  located?(): MediaPart
  /** Models of text alone read it as it stands: a web address is a text like any other. */
  mayBeText?: boolean
}

export type WrittenPiece = WrittenText | MediaPart

export type WrittenInput =
  | WrittenPiece
  | { type: 'fused'; parts: readonly WrittenPiece[]; param: string }

/** What a caller wants embedded, in no vendor's words. */
export interface EmbeddingOrder extends Omit<EmbeddingRequest, 'inputs' | 'extras' | 'labels'> {
  inputs: readonly WrittenInput[]
  /** Fields nobody knows, for models that do. */
  fields?: Record<string, unknown>
  /** Fields that have no effect on any model. */
  unheard?: readonly string[]
  /** The end user behind the caller. */
  user?: string
  /** As that of the model. */
  onEmbedded?: (embedded: EmbeddedInput, index: number) => void
}

export interface Embedded {
  embeddings: EmbeddedInput[]
  /** The inputs as they were read. */
  inputs: readonly EmbeddingInput[]
  usage: Usage
  served: Served
}

/** Has inputs embedded by the model that is named. Throws `GatewayError`. */
export function embed(
  { inputs, fields, unheard = [], user, onEmbedded, ...order }: EmbeddingOrder,
  asking: Asking,
  services: Services,
): Promise<Operated<Embedded>> {
  const { model: name } = order
  const { extras, ignored } = governFields({ extraFields: fields }, services.config)
  const labels = labelsOf(asking, services, user)
  const tokens = () => lengthOf(name, inputs.flatMap(piecesOf))
  return operate(
    {
      operation: 'embedding',
      model: name,
      suits: ({ output }) => output.includes('embedding'),
      pick: (found) => found.embeddings,
      kind: 'an embedding model',
      user,
      exact: true,
      tokens,
      async work(model, call, { card, alias }) {
        if (!card.traits.tokenArrays) refuseTokens(inputs, card)
        const resolution = { card, services, owner: asking.owner, signal: call.signal }
        const read = await readInputs(inputs, resolution)
        const told = { inputs: read, extras: withParams(extras, alias) }
        const guardrail = asking.guardrail ?? alias?.guardrail
        const guarding = { card, services, call, guardrail }
        const judged = await judgedInputs(told, guarding)
        const said = { ...order, ...judged, ...(user && { user }) }
        const request = { ...said, labels: { ...alias?.metadata, ...labels } }
        const answer = await model.embed(request, call, onEmbedded)
        const unused = [...ignored, ...unheard, ...answer.served.ignored]
        const served = { ...answer.served, ignored: unused }
        const { usage } = answer
        if (usage.estimated) usage.input = tokens()
        return { ...answer, served, inputs: read }
      },
    },
    asking,
    services,
  )
}

/** A conversation of nothing but some parts, for what is known of conversations alone. */
const bare = (model: string, parts: Part[] = []): Conversation => ({
  model,
  system: [],
  turns: [{ role: 'user', parts }],
  tools: [],
  settings: {},
  stream: false,
})

const piecesOf = (input: WrittenInput): readonly WrittenPiece[] =>
  input.type === 'fused' ? input.parts : [input]

/** About how many tokens are read. */
function lengthOf(name: string, pieces: readonly WrittenPiece[]): number {
  const told = pieces.reduce((sum, piece) => sum + (tokensOf(piece)?.length ?? 0), 0)
  return told + estimateTokens(bare(name, pieces.map(partOf)))
}

const tokensOf = (piece: WrittenPiece | EmbeddingPiece) =>
  piece.type === 'text' ? piece.tokens : undefined

function refuseTokens(inputs: readonly WrittenInput[], { id }: ModelCard): void {
  if (inputs.flatMap(piecesOf).every((piece) => tokensOf(piece) === undefined)) return
  throw new GatewayError(
    'unsupported-parameter',
    `Invalid 'input': arrays of tokens are not taken, for the model ${id} does not share OpenAI's tokens. Send texts.`,
    { param: 'input' },
  )
}

const partOf = (piece: WrittenPiece): Part =>
  piece.type === 'text' ? { type: 'text', text: piece.text } : piece

/** The inputs with every attachment fetched and told by its content. */
async function readInputs(
  inputs: readonly WrittenInput[],
  resolution: MediaResolution,
): Promise<EmbeddingInput[]> {
  const pieces = inputs.flatMap(piecesOf).map((piece) => located(piece, resolution.card))
  const media = pieces.filter((piece): piece is MediaPart => piece.type !== 'text')
  const read = await resolveMedia(bare('', media), resolution)
  const resolved = new Map<WrittenPiece, Part>(
    media.map((piece, index) => [piece, read.turns[0]!.parts[index]!]),
  )
  let next = 0
  const take = () => {
    const piece = pieces[next++]!
    return readPiece(resolved.get(piece) ?? piece, piece)
  }
  return inputs.map((input) => {
    if (input.type !== 'fused') return take()
    return { type: 'fused', param: input.param, parts: input.parts.map(take) }
  })
}

/** What a text names, unless a model that reads nothing else takes it as it stands. */
function located(piece: WrittenPiece, { input }: ModelCard): WrittenPiece {
  if (piece.type !== 'text' || !piece.located) return piece
  const readsTextAlone = input.every((modality) => modality === 'text')
  return piece.mayBeText && readsTextAlone ? piece : piece.located()
}

type Judged = Pick<EmbeddingRequest, 'inputs' | 'extras'>

/** The same as the guardrail of this server lets it go on. Throws for pictures and sounds under one. */
async function judgedInputs({ inputs, extras }: Judged, guarding: Guarding): Promise<Judged> {
  const pieces = inputs.flatMap((input) => (input.type === 'fused' ? input.parts : [input]))
  const texts = pieces.flatMap((piece) => (piece.type === 'text' ? [piece.text] : []))
  const wordless = pieces.find((piece) => piece.type !== 'text' || piece.tokens)
  const told = { texts, extras, wordless: wordless && (wordless.param ?? 'input') }
  const judged = await screened(told, guarding)
  if (judged === told) return { inputs, extras }
  const words = judged.texts.values()
  const withWords = (piece: EmbeddingPiece): EmbeddingPiece =>
    piece.type === 'text' ? { ...piece, text: words.next().value! } : piece
  return {
    extras: judged.extras,
    inputs: inputs.map((input) =>
      input.type === 'fused' ? { ...input, parts: input.parts.map(withWords) } : withWords(input),
    ),
  }
}

function readPiece(part: Part | WrittenText, { param }: WrittenPiece): EmbeddingPiece {
  if (part.type === 'text') {
    const tokens = 'tokens' in part ? part.tokens : undefined
    return { type: 'text', text: part.text, ...(tokens && { tokens }), ...(param && { param }) }
  }
  if ('source' in part && typeof part.source === 'object') return part
  throw new GatewayError('invalid-request', 'This cannot be embedded.', { param })
}
