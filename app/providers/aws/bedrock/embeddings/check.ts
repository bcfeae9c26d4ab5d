import { GatewayError } from '../../../../errors.ts'
import type {
  EmbeddingInput,
  EmbeddingPiece,
  EmbeddingRequest,
} from '../../../../ports/embeddings.ts'
import { type Embedder, partsOf, type Wishes } from './embedder.ts'

/** Forms that can be told from the floats alone. */
const TOLD_FORMS: readonly string[] = ['binary', 'ubinary']

interface Checked {
  wishes: Wishes
  /** Settings that have no effect here, by the caller's names. */
  ignored: string[]
}

/** What a model is asked, and what has no effect on it. Throws 400 for what it does not give, naming what it does. */
export function checked(request: EmbeddingRequest, embedder: Embedder, id: string): Checked {
  const { inputs, dimensions, forms = [], purpose, params = {}, usualTruncate, ...more } = request
  const canCut = usualTruncate && embedder.truncates?.includes(usualTruncate)
  const { truncate = canCut ? usualTruncate : undefined, ...rest } = more
  const ignored: string[] = []
  for (const input of inputs) checkInput(input, embedder, id)
  if (dimensions !== undefined && !embedder.dimensions.includes(dimensions)) {
    const known = embedder.dimensions.toSorted((a, b) => a - b)
    throw unsupported(`${dimensions} dimensions`, {
      id,
      known,
      param: params.dimensions ?? 'dimensions',
    })
  }
  const known = [...new Set([...(embedder.forms ?? []), ...TOLD_FORMS])]
  for (const form of forms) {
    if (!known.includes(form)) {
      throw unsupported(`vectors of type ${form}`, {
        id,
        known: ['float', 'base64', ...known],
        param: params.forms ?? 'forms',
      })
    }
  }
  if (truncate && !embedder.truncates) ignored.push(params.truncate ?? 'truncate')
  else if (truncate && !embedder.truncates!.includes(truncate)) {
    const words = { id, known: embedder.truncates!, param: params.truncate ?? 'truncate' }
    throw unsupported(`truncation at the ${truncate}`, words)
  }
  if (purpose !== undefined && !embedder.takesPurpose) ignored.push(params.purpose ?? 'input_type')
  return {
    ignored,
    wishes: {
      ...rest,
      params,
      // A model of one length takes no word about it.
      ...(embedder.dimensions.length > 1 && { dimensions }),
      ...(embedder.truncates && { truncate }),
      ...(embedder.takesPurpose && { purpose }),
      forms: embedder.forms ? forms : [],
    },
  }
}

function unsupported(
  what: string,
  { id, known, param }: { id: string; known: readonly (string | number)[]; param: string },
): GatewayError {
  return new GatewayError(
    'invalid-request',
    `Invalid '${param}': the model ${id} gives no ${what}. Supported values are: ${known.join(', ')}.`,
    { param, reason: 'invalid_value' },
  )
}

function checkInput(input: EmbeddingInput, embedder: Embedder, id: string): void {
  const parts = partsOf(input)
  for (const part of parts) checkPiece(part, embedder, id)
  if (parts.length === 1 || embedder.fuses?.(parts)) return
  throw new GatewayError(
    'invalid-request',
    `Invalid '${input.param ?? 'input'}': the model ${id} does not make one vector of these contents together. Send each as an input of its own.`,
    { param: input.param, reason: 'invalid_value' },
  )
}

function checkPiece({ type, param }: EmbeddingPiece, { input }: Embedder, id: string): void {
  if (input.some((modality) => modality === type)) return
  throw new GatewayError(
    'invalid-request',
    `Invalid '${param ?? 'input'}': the model ${id} does not embed what is of type ${type}. It embeds: ${input.join(', ')}.`,
    { param, reason: 'invalid_value' },
  )
}
