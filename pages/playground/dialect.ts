/** A file that is sent along. */
export interface Attachment {
  name: string
  /** Media type. */
  type: string
  /** In bytes. */
  size: number
  /** Base64. */
  data: string
}

export const dataUrl = ({ type, data }: Attachment) => `data:${type};base64,${data}`

/** What is asked for beside the words. Absent members are left to the server. */
export interface Settings {
  model: string
  system: string
  temperature?: number
  maxTokens?: number
  effort?: string
  tools: boolean
}

interface TextPart {
  type: 'text'
  text: string
}

interface ThoughtPart {
  type: 'thought'
  text: string
}

export interface CallPart {
  type: 'call'
  id: string
  name: string
  /** JSON, as far as it has come. */
  arguments: string
  /** Once it was called. */
  result?: string
}

export type Part = TextPart | ThoughtPart | CallPart

export interface UserTurn {
  role: 'user'
  text: string
  files: readonly Attachment[]
}

/** What a model said, filled while it speaks. */
export interface ModelTurn {
  role: 'model'
  parts: Part[]
  /** In which dialect, and what of it must go back unchanged; undefined for what was cut off. */
  dialect: DialectName | undefined
  native: unknown[]
}

export type Turn = UserTurn | ModelTurn

/** Tokens. `input` is what was read beside the cache. */
interface Usage {
  input: number
  output: number
  cacheRead: number
  cacheWrite: number
}

/** What becomes known while a model speaks. */
export interface Reading {
  turn: ModelTurn
  usage?: Usage
  stop?: string
  tier?: string
  /** A failure told in the stream. */
  error?: string
}

export type DialectName = 'chat' | 'messages' | 'responses'

/** A language of the gateway, as its clients speak it. */
export interface Dialect {
  name: DialectName
  text: string
  path: string
  /** The body of a request for what comes after these turns, streamed. */
  encode(settings: Settings, turns: readonly Turn[]): Record<string, unknown>
  /** Takes in one event of the stream. */
  read(reading: Reading, data: unknown): void
}

/** Adds text to the part of this kind that is being said, or begins one. */
export function say(parts: Part[], type: 'text' | 'thought', text: string): void {
  if (text === '') return
  const last = parts.at(-1)
  if (last?.type === type) last.text += text
  else parts.push({ type, text })
}

/** The calls of a turn, all of which have been answered before the next request. */
export const callsOf = ({ parts }: ModelTurn): CallPart[] =>
  parts.filter((part) => part.type === 'call')

export const textOf = ({ parts }: ModelTurn): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

/** Without the members that are undefined. */
export const present = (all: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
