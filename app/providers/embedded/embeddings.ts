import { decodeBase64 } from '../../codecs/bytes/base64.ts'
import { entryOf } from '../../codecs/table.ts'
import { meanDirection, signBits, signedSignBits } from '../../codecs/vectors.ts'
import { GatewayError } from '../../errors.ts'
import type {
  EmbeddedInput,
  EmbeddingInput,
  EmbeddingModel,
  EmbeddingPiece,
  EmbeddingRequest,
  Vector,
} from '../../ports/embeddings.ts'
import type { Modality, ModelCard } from '../../ports/models.ts'
import { bytesVector, textVector } from './features.ts'
import { countTokens, splitTokens } from './tokens.ts'

/** Lengths of the vectors of names that stand for models of OpenAI; all others have the usual one. */
const DIMENSIONS: Readonly<Record<string, number>> = { 'text-embedding-3-large': 3072 }
const USUAL_DIMENSIONS = 1536
const MOST_DIMENSIONS = 4096
/** Tokens of one text. */
const LONGEST = 8192
const BYTES_PER_TOKEN = 1000

/** A model whose vectors say which texts share words. It calls nobody. */
export function createEmbeddings({ id: name, input: reads }: ModelCard): EmbeddingModel {
  return {
    async embed(request) {
      const { inputs, forms = [], extras = {}, params = {} } = request
      const dimensions = dimensionsOf(request, name)
      check(forms, params.forms)
      for (const part of inputs.flatMap(partsOf)) checkPiece(part, reads)
      const read = inputs.map((input) => fitting(input, request))
      const embeddings = read.map((input): EmbeddedInput => {
        const vector = vectorOf(input, dimensions)
        if (forms.length === 0) return { vector }
        return { vector, forms: Object.fromEntries(forms.map((one) => [one, FORMS[one]!(vector)])) }
      })
      const purpose = request.purpose === undefined ? [] : [params.purpose ?? 'input_type']
      return {
        embeddings,
        usage: { input: read.reduce((sum, input) => sum + tokensOf(input), 0), output: 0 },
        served: {
          provider: 'embedded',
          model: name,
          attempts: 1,
          ignored: [...purpose, ...Object.keys(extras)],
        },
      }
    },
  }
}

function dimensionsOf({ dimensions, params }: EmbeddingRequest, name: string): number {
  if (dimensions === undefined) return entryOf(DIMENSIONS, name) ?? USUAL_DIMENSIONS
  if (dimensions <= MOST_DIMENSIONS) return dimensions
  const param = params?.dimensions ?? 'dimensions'
  throw new GatewayError(
    'invalid-request',
    `Invalid '${param}': the model ${name} gives no ${dimensions} dimensions. Supported values are: 1 to ${MOST_DIMENSIONS}.`,
    { param, reason: 'invalid_value' },
  )
}

const FORMS: Readonly<Record<string, (vector: Vector) => number[]>> = {
  int8: (vector) => scaled(vector, 0),
  uint8: (vector) => scaled(vector, 128),
  binary: signedSignBits,
  ubinary: signBits,
}

function scaled(vector: Vector, offset: number): number[] {
  let largest = 0
  for (const value of vector) largest = Math.max(largest, Math.abs(value))
  return Array.from(vector, (value) => Math.round((value / (largest || 1)) * 127) + offset)
}

function check(forms: readonly string[], param = 'forms'): void {
  const unknown = forms.find((form) => !Object.hasOwn(FORMS, form))
  if (unknown === undefined) return
  throw new GatewayError(
    'invalid-request',
    `Invalid '${param}': there are no vectors of type ${unknown}. Supported values are: float, base64, ${Object.keys(FORMS).join(', ')}.`,
    { param, reason: 'invalid_value' },
  )
}

/** The input, cut where that was asked for. Throws 400 for a text that is too long. */
function fitting(input: EmbeddingInput, { truncate, params }: EmbeddingRequest): EmbeddingInput {
  if (input.type !== 'text') return input
  const tokens = countTokens(input.text)
  if (tokens <= LONGEST) return input
  if (truncate === 'end' || truncate === 'start') {
    const all = splitTokens(input.text)
    const kept = truncate === 'end' ? all.slice(0, LONGEST) : all.slice(-LONGEST)
    return { ...input, text: kept.join('') }
  }
  throw new GatewayError(
    'context-length-exceeded',
    `This model's maximum context length is ${LONGEST} tokens, but the input has ${tokens} tokens.`,
    { param: input.param ?? params?.inputs ?? 'input' },
  )
}

const partsOf = (input: EmbeddingInput): readonly EmbeddingPiece[] =>
  input.type === 'fused' ? input.parts : [input]

function vectorOf(input: EmbeddingInput, dimensions: number): Float32Array {
  const vectors = partsOf(input).map((part) =>
    part.type === 'text'
      ? textVector(part.text, dimensions)
      : bytesVector(bytesOf(part), part.type, dimensions),
  )
  return vectors.length === 1 ? vectors[0]! : meanDirection(vectors)
}

function tokensOf(input: EmbeddingInput): number {
  let tokens = 0
  for (const part of partsOf(input)) {
    tokens +=
      part.type === 'text'
        ? countTokens(part.text)
        : Math.ceil(bytesOf(part).length / BYTES_PER_TOKEN)
  }
  return tokens
}

const bytesOf = ({ source }: Exclude<EmbeddingPiece, { type: 'text' }>): Uint8Array =>
  source.kind === 'base64' ? decodeBase64(source.data) : new Uint8Array()

function checkPiece({ type, param }: EmbeddingPiece, reads: readonly Modality[]): void {
  if (reads.some((modality) => modality === type)) return
  throw new GatewayError(
    'invalid-request',
    `Invalid '${param ?? 'input'}': the model does not embed what is of type ${type}. It embeds: ${reads.join(', ')}.`,
    { param, reason: 'invalid_value' },
  )
}
