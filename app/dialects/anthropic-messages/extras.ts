import { extrasFor } from '../extras.ts'
import type { WireOutputConfig, WireThinking } from './wire.ts'
import type { WireCacheControl } from './wire-blocks.ts'
import type { WireUsage } from './wire-reply.ts'

export const NAME = 'anthropic-messages'

/** Verbatim members of a wire object, written back as they came. */
export type Fields = Record<string, unknown>

/**
 * What this dialect keeps for itself on the waist. `fields` are wire members written back verbatim, the
 * others say which form something had.
 */
export interface Own {
  fields?: Fields
  /** Conversation: it was heard in this dialect, so it goes out as it came. */
  heard?: true
  /** Conversation: beta flags from the header and the body, each once, unfiltered. */
  betas?: readonly string[]
  /** Conversation: the wish to think and the form of the output, as the caller wrote them. */
  thinking?: WireThinking
  outputConfig?: WireOutputConfig
  /** The text stood as a plain string: of a turn, of a tool result, of the system prompt. */
  plain?: true
  /** A tool result without content. */
  empty?: true
  /** A `cache_control` that says more than a cache point can. */
  cacheControl?: WireCacheControl
  /** A part that others see in another form: the block itself. */
  block?: Fields
  /** The end of a reply: its stop reason where ours would not bring it back. */
  stopReason?: string | null
  /** The end of a reply: the count as it was given, and the part of it that closed a stream. */
  usage?: Partial<WireUsage>
  deltaUsage?: Partial<WireUsage>
}

export const { extrasOf, ownOf } = extrasFor<Own>(NAME)

/** The members of a wire object beside the known ones; undefined when there are none. */
export function unknownFields(wire: object, known: ReadonlySet<string>): Fields | undefined {
  let found: Fields | undefined
  for (const key in wire) {
    if (known.has(key)) continue
    const value = (wire as Fields)[key]
    if (value === undefined) continue
    found ??= {}
    found[key] = value
  }
  return found
}
