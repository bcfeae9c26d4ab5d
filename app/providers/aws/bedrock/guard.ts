import type { Guardrail } from '../../../conversation/conversation.ts'
import { type ErrorCode, GatewayError } from '../../../errors.ts'
import type { Call } from '../../../ports/call.ts'
import type { Guard } from '../../../ports/guard.ts'
import type { AwsCall } from '../call.ts'
import { parseReply } from './answers.ts'
import { askGuardrail, type GuardrailPlaces, placesOf } from './apply-guardrail.ts'
import { type FanOut, fanOut } from './embeddings/fan-out.ts'

interface GuardDependencies extends GuardrailPlaces {
  call: AwsCall
  wait?: FanOut['wait']
}

/**
 * Characters of one call: 25 text units, which an account may have judged every second unless it has been
 * given more. One text is never cut, for nobody could judge what lies across the cut.
 */
const MOST_CHARACTERS = 25_000

/**
 * Guardrails of Bedrock by ApplyGuardrail, where a model is asked that takes none. Masked texts come back one
 * for each that was sent: clients in use rely on that, though the service model does not say so.
 */
export function createGuard({ call: ask, wait, ...known }: GuardDependencies): Guard {
  /** The texts of one call as they may go on; undefined when the answer does not tell which is which. */
  const judge = async (batch: readonly string[], asked: Asked): Promise<Texts | undefined> => {
    const verdict = await apply(ask, batch, asked)
    if (verdict['action'] === 'NONE') return batch
    const outputs = textsIn(verdict['outputs'])
    if (!onlyMasks(verdict)) throw blocked(outputs)
    return outputs.length === batch.length ? outputs : undefined
  }
  return {
    async screen(texts, guardrail, call) {
      const places = placesOf(guardrail.id, known)
      const fan = { most: 1, signal: call.signal, wait }
      const judged = await fanOut(batchesOf(texts), fan, async (batch, signal) => {
        const asked = { guardrail, places, call: { ...call, signal } }
        const whole = await judge(batch, asked)
        if (whole) return whole
        const alone = await fanOut(batch, { ...fan, signal }, (text) => judge([text], asked))
        return alone.map((one) => one?.[0] ?? unread())
      })
      return judged.flat()
    },
  }
}

type Texts = readonly string[]
type Verdict = Readonly<Record<string, unknown>>

interface Asked {
  guardrail: Guardrail
  places: readonly string[]
  call: Call
}

function batchesOf(texts: Texts): Texts[] {
  const batches: string[][] = []
  let characters = Number.POSITIVE_INFINITY
  for (const text of texts) {
    characters += text.length
    if (characters > MOST_CHARACTERS) {
      batches.push([])
      characters = text.length
    }
    batches.at(-1)!.push(text)
  }
  return batches
}

async function apply(ask: AwsCall, texts: Texts, { guardrail, places, call }: Asked) {
  const content = texts.map((text) => ({ text: { text } }))
  const body = JSON.stringify({ source: 'INPUT', content })
  try {
    const { text } = await askGuardrail(ask, { ...guardrail, body, places }, call)
    return verdictIn(text)
  } catch (thrown) {
    throw explained(thrown)
  }
}

function verdictIn(text: string): Verdict {
  const verdict = parseReply(text) as Verdict | null
  const action = verdict?.['action']
  return action === 'NONE' || action === 'GUARDRAIL_INTERVENED' ? verdict! : unread()
}

/** What AWS says of the operator's guardrail or of our role is nothing a caller could mend. */
const OURS: ReadonlySet<ErrorCode> = new Set(['model-not-found', 'model-access-denied'])

function explained(thrown: unknown): unknown {
  if (!(thrown instanceof GatewayError) || !OURS.has(thrown.code)) return thrown
  return new GatewayError(
    'upstream',
    'The guardrail configured on this server could not be asked, so the model was not either.',
    { cause: thrown.cause, final: true },
  )
}

/**
 * Whether all that was found is only to be hidden (service model of bedrock-runtime: policies hold lists of
 * findings, each with its `action`). An action nobody knows blocks, and so does an intervention without any.
 */
function onlyMasks({ assessments }: Verdict): boolean {
  const actions = listOf(assessments)
    .flatMap((assessment) => Object.values(assessment))
    .flatMap((policy) => Object.values(recordOf(policy)))
    .flatMap(listOf)
    .map((finding) => finding['action'])
    .filter((action) => action !== undefined && action !== 'NONE')
  return actions.length > 0 && actions.every((action) => action === 'ANONYMIZED')
}

const textsIn = (outputs: unknown): string[] =>
  listOf(outputs).flatMap(({ text }) => (typeof text === 'string' ? [text] : []))

/** What is sent to callers instead of an answer is the operator's own sentence. */
const blocked = ([said]: Texts) =>
  new GatewayError(
    'content-filter',
    said?.trim() || 'The guardrail of this server does not let this pass.',
  )

function unread(): never {
  throw new GatewayError('upstream', 'The guardrail gave an answer that could not be read.')
}

const recordOf = (value: unknown): Verdict =>
  typeof value === 'object' && value !== null ? (value as Verdict) : {}

const listOf = (value: unknown): Verdict[] => (Array.isArray(value) ? value.map(recordOf) : [])
