import { callId } from './decode-reply.ts'
import type { WireCalledToolDelta } from './wire-reply.ts'

/** A call on its way. It opens when its name is known. */
export interface OpenCall {
  index?: number
  id: string
  name?: string
  custom: boolean
  /** Arguments that came before the name. */
  early: string
  /** Its arguments so far, where it came without an id. */
  said?: string
  closed?: boolean
}

/** The calls of one choice so far. */
export interface Calls {
  replyId: string | undefined
  /** In the order they began; they may interleave, so all stay open until the end. */
  calls: OpenCall[]
  /** By the wire's index, which some servers give to one call after the other. */
  places: Map<number, number>
  lastCall: number
  /** Something of the wire's had to be put right. */
  mended: boolean
}

/**
 * The call a delta goes on with, or a new one. Some servers leave the index out, one call after the other,
 * each with its id; others give all of them the same one; Mistral leaves out the type, without which OpenAI's
 * JavaScript client throws. All of this is put right in the wire itself.
 */
export function callOf(state: Calls, wire: WireCalledToolDelta): OpenCall {
  const { calls } = state
  const place = placeOf(state, wire)
  if (wire.index !== place) {
    wire.index = place
    state.mended = true
  }
  state.lastCall = place
  const known = calls[place]
  if (known) {
    sayOnce(state, known, wire)
    return known
  }
  const call: OpenCall = {
    id: wire.id || callId(state.replyId, place),
    custom: wire.type === 'custom',
    early: '',
    ...(!wire.id && { said: '' }),
  }
  if (!wire.id || !wire.type) {
    wire.id = call.id
    wire.type ||= 'function'
    state.mended = true
  }
  calls[place] = call
  return call
}

/**
 * LiteLLM and SGLang repeat the id in every delta, vLLM made a new one for each, llama.cpp repeated the name. Clients
 * take an id for a new call (BerriAI/litellm#20480) or concatenate what they get.
 */
function sayOnce(state: Calls, call: OpenCall, wire: WireCalledToolDelta): void {
  const { function: made } = wire
  if (wire.id) {
    delete wire.id
    state.mended = true
  }
  if (made?.name && made.name === call.name) {
    delete made.name
    state.mended = true
  }
}

function placeOf({ calls, places, lastCall }: Calls, wire: WireCalledToolDelta): number {
  const { index, id } = wire
  const name = wire.function?.name ?? wire.custom?.name
  if (typeof index !== 'number') {
    const last = calls[lastCall]
    const isNew = !last || (id ? id !== last.id : Boolean(name) && isComplete(last))
    return isNew ? calls.length : lastCall
  }
  const place = places.get(index)
  const known = place === undefined ? undefined : calls[place]
  // A name is said once, so another id with another name is another call.
  const isTaken = known && name && (id ? id !== known.id : isComplete(known))
  if (place !== undefined && !isTaken) return place
  places.set(index, calls.length)
  return calls.length
}

/** Whether a call without an id has all its arguments: Gemini sends calls whole, all with index 0. */
function isComplete({ said }: OpenCall): boolean {
  if (!said?.endsWith('}')) return false
  try {
    JSON.parse(said)
    return true
  } catch {
    return false
  }
}
