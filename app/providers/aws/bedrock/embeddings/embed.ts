import { signBits, signedSignBits } from '../../../../codecs/vectors.ts'
import type { Usage } from '../../../../conversation/events.ts'
import { encodeMetadata } from '../../../../dialects/bedrock-converse/request-labels.ts'
import { amended, GatewayError } from '../../../../errors.ts'
import type { Call, Served } from '../../../../ports/call.ts'
import type {
  EmbeddedInput,
  EmbeddingInput,
  EmbeddingModel,
  EmbeddingRequest,
} from '../../../../ports/embeddings.ts'
import { parseReply } from '../answers.ts'
import type { BedrockClient } from '../client.ts'
import { askRouted, type Target } from '../routed.ts'
import { checked } from './check.ts'
import type { Embedder, Wishes } from './embedder.ts'
import { type FanOut, fanOut } from './fan-out.ts'
import { type JobDependencies, runJob } from './job.ts'
import { whileLaid } from './laid-input.ts'

export interface EmbeddingDependencies extends JobDependencies {
  client: BedrockClient
  /** Calls that one request may have open at the same time. */
  atOnce: number
  /** Of the account whose buckets are read, where the configuration tells. */
  accountId?: string
  wait?: FanOut['wait']
}

interface EmbeddingTarget extends Target {
  embedder: Embedder
}

/** What one call to the model brought. */
interface Part {
  embeddings: EmbeddedInput[]
  tokens: number
  served: Omit<Served, 'ignored'>
}

/**
 * A model that embeds by InvokeModel, several inputs a call where it takes several, some calls at the same
 * time; and by jobs over S3 what it takes in no other way.
 */
export function createEmbeddingModel(
  dependencies: EmbeddingDependencies,
  target: EmbeddingTarget,
): EmbeddingModel {
  const { embedder, card } = target
  const { atOnce, wait, accountId } = dependencies
  return {
    async embed(request, call, onEmbedded) {
      const { wishes, ignored } = checked(request, embedder, card.id)
      const asked: Wishes = { ...wishes, ...(accountId !== undefined && { accountId }) }
      const headers = { accept: 'application/json', ...labelHeader(asked.labels ?? {}) }
      const batches = batchesOf(request.inputs, embedder)
      const fan = { most: atOnce, signal: call.signal, wait }
      const parts = await fanOut(batches, fan, async ({ inputs: batch, from }, signal) => {
        const question = { batch, asked, headers, call: { ...call, signal } }
        const part = await placed(batch, asked, () => ask(dependencies, target, question))
        const embeddings = withForms(part.embeddings, request)
        if (onEmbedded) for (const [at, one] of embeddings.entries()) onEmbedded(one, from + at)
        return { ...part, embeddings }
      })
      return {
        embeddings: parts.flatMap((part) => part.embeddings),
        usage: usageOf(parts),
        served: { ...servedOf(parts), ignored },
      }
    },
  }
}

/** The inputs in the calls they are sent in; their order stays. */
function batchesOf(inputs: readonly EmbeddingInput[], { joins }: Embedder): Batch[] {
  const batches: Batch[] = []
  for (const [from, input] of inputs.entries()) {
    const last = batches.at(-1)
    if (last && joins?.(last.inputs, input)) last.inputs.push(input)
    else batches.push({ inputs: [input], from })
  }
  return batches
}

interface Batch {
  inputs: EmbeddingInput[]
  /** The place of the first. */
  from: number
}

interface Question {
  batch: readonly EmbeddingInput[]
  asked: Wishes
  headers: Readonly<Record<string, string>>
  call: Call
}

async function ask(
  dependencies: EmbeddingDependencies,
  target: EmbeddingTarget,
  { batch, asked, headers, call }: Question,
): Promise<Part> {
  const { embedder } = target
  const whole = embedder.encode(batch, asked)
  const encode = (lies: string | undefined) =>
    lies === undefined ? whole : embedder.encode(batch, { ...asked, lies })
  const laid = embedder.laid?.(batch[0]!, asked)
  const { labels = {} } = asked
  if (embedder.isJob?.(batch[0]!, asked)) {
    const choose = embedder.jobFiles!
    const job = { modelInput: encode, laid, labels, call, choose }
    const { files, served } = await runJob(dependencies, target, job)
    return { embeddings: [embedder.decodeJob!(files, asked)], tokens: 0, served }
  }
  const laying = { ...dependencies, requestId: call.requestId }
  const { answer, served } = await askRouted(dependencies, target, {
    way: 'reply',
    call,
    ask: ({ id: modelId, region }, signal) =>
      whileLaid(laying, { input: laid, region }, async (lies) => {
        const body = JSON.stringify(encode(lies))
        const { as, trace } = call
        const asking = { operation: 'invoke', modelId, region, body, headers, as, trace } as const
        const response = await dependencies.client(asking, signal)
        const counted = Number(response.header('x-amzn-bedrock-input-token-count') ?? Number.NaN)
        return { counted, body: parseReply(await response.text()) }
      }),
    undo: () => {},
  })
  const tokens = Number.isNaN(answer.counted) ? embedder.tokens?.(answer.body) : answer.counted
  const embeddings = embedder.decode(answer.body, asked)
  if (embeddings.length !== batch.length) {
    throw new GatewayError(
      'upstream',
      'The model gave another number of vectors than it was sent inputs.',
    )
  }
  return { embeddings, tokens: tokens ?? 0, served }
}

/** Labels for AWS's invocation log, as far as it takes them; of two that become alike, the first. */
export function labelHeader(labels: Readonly<Record<string, string>>): Record<string, string> {
  const legal = encodeMetadata({ labels }, { ignore() {} })
  return legal ? { 'x-amzn-bedrock-request-metadata': JSON.stringify(legal) } : {}
}

/** What AWS calls the inputs, in errors that are about them. */
const CONVERSATION = 'messages'

/** Errors about the inputs name the one at fault, as far as it is known. */
async function placed<T>(
  batch: readonly EmbeddingInput[],
  { params, extras = {} }: Wishes,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || !ABOUT_INPUTS.has(thrown.code)) throw thrown
    if (thrown.param !== undefined && thrown.param !== CONVERSATION) throw thrown
    const [, field = ''] = EXTRANEOUS.exec(thrown.message) ?? []
    if (Object.hasOwn(extras, field)) throw amended(thrown, { param: field })
    const place = batch.length === 1 ? 0 : Number(PLACE.exec(thrown.message)?.[1] ?? Number.NaN)
    throw amended(thrown, { param: batch[place]?.param ?? params?.inputs ?? 'input' })
  }
}

/** Bedrock's check of a body before the model has it (recorded): a field it does not know. */
const EXTRANEOUS = /extraneous key \[([^\]]+)\]/
/** The same of an input; it counts those of the call, which are not all that the caller sent. */
const PLACE = /#\/(?:texts|images|inputs)\/(\d+)/

const ABOUT_INPUTS: ReadonlySet<string> = new Set(['invalid-request', 'context-length-exceeded'])

/** With the forms the model does not compute itself. */
function withForms(embeddings: EmbeddedInput[], { forms = [] }: EmbeddingRequest): EmbeddedInput[] {
  if (forms.length === 0) return embeddings
  return embeddings.map((one) => ({
    ...one,
    forms: Object.fromEntries(
      forms.map((form) => [form, one.forms?.[form] ?? TOLD[form]?.(one.vector) ?? []]),
    ),
  }))
}

const TOLD: Readonly<Record<string, (vector: EmbeddedInput['vector']) => number[]>> = {
  binary: signedSignBits,
  ubinary: signBits,
}

function usageOf(parts: readonly Part[]): Usage {
  return { input: parts.reduce((sum, { tokens }) => sum + tokens, 0), output: 0 }
}

/** Who answered first speaks for all; the calls of all are counted. */
function servedOf(parts: readonly Part[]): Omit<Served, 'ignored'> {
  const attempts = parts.reduce((sum, { served }) => sum + served.attempts, 0)
  return { ...parts[0]!.served, attempts }
}
