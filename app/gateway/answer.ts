import type { FrameSource } from '../codecs/pump.ts'
import type { Conversation } from '../conversation/conversation.ts'
import type { Dialect, ServerSide } from '../dialects/dialect.ts'

/** A request as a route hands it over: validated, in a dialect, from a caller. */
export interface Heard {
  dialect: Dialect & { server: ServerSide }
  /** What the dialect's schema let through. */
  body: unknown
  requestId: string
  /** Fires when the caller leaves. */
  signal?: AbortSignal
  /** Answers in another dialect than the one heard. */
  answerIn?: Dialect & { server: ServerSide }
  /** Headers by lower-case name, for what a dialect reads from them. */
  header?(name: string): string | undefined
}

/** What goes back: one body, or frames for the pump. `headers` never hold secrets. */
export type Answer =
  | { kind: 'whole'; body: unknown; headers: Record<string, string>; conversation: Conversation }
  | {
      kind: 'stream'
      frames: FrameSource
      headers: Record<string, string>
      conversation: Conversation
    }
