import type { Citation } from '../../conversation/conversation.ts'
import type { ReplyEnd } from '../../conversation/events.ts'
import type { AnswerHead } from '../dialect.ts'
import type { Manner } from './manner.ts'
import type { madeImage } from './reply-parts.ts'
import type { Place } from './thought-places.ts'
import type { WireServerToolRun } from './wire-messages.ts'
import type { WireAnnotation } from './wire-reply.ts'

/** One part on its way. What is written of it depends on its kind. */
type OpenPart =
  | { kind: 'text'; start: number; citations: Citation[] }
  | { kind: 'thought'; text: string; place: Place }
  | { kind: 'call'; open: string; close: string; empty: boolean }
  | { kind: 'custom'; ordinal: number; name: string; text: string }
  | { kind: 'run'; run: WireServerToolRun; text: string }
  | { kind: 'audio'; open: string; close: string }
  | { kind: 'silent' }

/**
 * Lists of the message whose elements have no index. They come whole, in the last delta: OpenAI's client for Python
 * throws at a second delta of such a list (`accumulate_delta`), its client for JavaScript keeps the last one alone.
 */
export interface Lists {
  annotations?: WireAnnotation[]
  images?: ReturnType<typeof madeImage>[]
  /** Tools the platform ran, the last perhaps still running. */
  server_tool_runs?: WireServerToolRun[]
}

/** One choice of a streamed answer: the fixed strings of its chunks, and what is open. */
export interface ChoiceStream {
  index: number
  head: AnswerHead
  manner: Manner
  /** `data: {...,"choices":[{"index":0,"delta":{` */
  open: string
  close: string
  contentOpen: string
  thoughtOpen: string
  /** The member that says that usage comes last, or nothing. */
  usageMember: string
  envelope: string
  parts: Map<number, OpenPart>
  /** Characters of text so far; they place annotations. */
  length: number
  /** Whether nothing but blanks is among them. */
  isBlank: boolean
  /** Where the text is spoken: the blanks it began with, which alone are not. */
  blanks: string | undefined
  calls: number
  details: number
  lists: Lists
  started: boolean
  /** Its chunks are those of its upstream. */
  relayed?: boolean
  end?: ReplyEnd
}

interface ChoicePlace {
  index: number
  envelope: string
  head: AnswerHead
  manner: Manner
  /** A usage report ends the stream. */
  usage: boolean
}

export function openChoice({ index, envelope, head, manner, usage }: ChoicePlace): ChoiceStream {
  const usageMember = usage ? ',"usage":null' : ''
  const open = `${envelope}{"index":${index},"delta":{`
  return {
    index,
    head,
    manner,
    envelope,
    open,
    close: `},"logprobs":null,"finish_reason":null}]${usageMember}}\n\n`,
    contentOpen: `${open}"content":`,
    thoughtOpen: `${open}${JSON.stringify(manner.reasoningField)}:`,
    usageMember,
    parts: new Map(),
    length: 0,
    isBlank: true,
    blanks: manner.spoken ? '' : undefined,
    calls: 0,
    details: 0,
    lists: {},
    started: false,
  }
}
