import type { Citation, MediaPart } from '../../conversation/conversation.ts'
import type { PartHead, ReplyEnd, ReplyEvent, WholePart } from '../../conversation/events.ts'
import { guardrailMember, servedMember } from '../openai-end-members.ts'
import { knowledgeMember } from '../openai-knowledge.ts'
import type { ChoiceStream, Lists } from './choice-state.ts'
import { encodeDetail } from './reasoning-carrier.ts'
import {
  annotation,
  audioId,
  customInput,
  madeImage,
  nativeValue,
  spokenAudio,
  textCall,
} from './reply-parts.ts'
import { closeRun, openRun } from './server-tool-runs.ts'
import type { Place } from './thought-places.ts'
import { FINISH_REASONS } from './vocabulary.ts'

/** The hot path: one delta of an open part. Empty ones, which Bedrock sends, write nothing. */
export function writeDelta(choice: ChoiceStream, index: number, text: string): string {
  const part = choice.parts.get(index)
  if (part === undefined || text === '') return ''
  switch (part.kind) {
    case 'text':
      choice.length += text.length
      if (choice.isBlank) choice.isBlank = text.trim() === ''
      if (choice.blanks !== undefined) return writeSpoken(choice, choice.blanks + text)
      return choice.contentOpen + JSON.stringify(text) + choice.close
    case 'call':
      part.empty = false
      return part.open + JSON.stringify(text) + part.close
    case 'audio':
      return part.open + JSON.stringify(text) + part.close
    case 'thought':
      part.text += text
      if (choice.manner.hideReasoning) return ''
      return choice.thoughtOpen + JSON.stringify(text) + choice.close
    case 'custom':
    case 'run':
      part.text += text
      return ''
    case 'silent':
      return ''
  }
}

/** OpenAI tells words that are spoken as a transcript, and never as content (openai-node#1206); the first have the id. */
function writeSpoken(choice: ChoiceStream, transcript: string): string {
  choice.blanks = choice.isBlank ? transcript : ''
  if (choice.isBlank) return ''
  const isFirst = transcript.length === choice.length
  return deltaFrame(choice, { audio: { ...(isFirst && { id: audioId(choice) }), transcript } })
}

/** Everything that opens, closes or adorns a part. */
export function writePart(choice: ChoiceStream, event: ReplyEvent): string {
  switch (event.type) {
    case 'part-start':
      return startChoice(choice) + openPart(choice, event.index, event.part)
    case 'part-citation': {
      const part = choice.parts.get(event.index)
      if (part?.kind === 'text') part.citations.push(event.citation)
      return ''
    }
    case 'part-end':
      return closePart(choice, event.index, event)
    default:
      return startChoice(choice)
  }
}

// The role comes once and first, as soon as the model is heard of.
function startChoice(choice: ChoiceStream): string {
  if (choice.started) return ''
  choice.started = true
  const content = choice.manner.spoken ? 'null' : '""'
  return frame(choice, `"role":"assistant","content":${content},"refusal":null`)
}

function frame(choice: ChoiceStream, members: string): string {
  return choice.open + members + choice.close
}

/** A chunk whose delta has these members. */
function deltaFrame(choice: ChoiceStream, delta: object): string {
  return frame(choice, JSON.stringify(delta).slice(1, -1))
}

function openPart(choice: ChoiceStream, index: number, head: PartHead): string {
  switch (head.type) {
    case 'text':
      choice.parts.set(index, { kind: 'text', start: choice.length, citations: [] })
      return ''
    case 'reasoning':
      choice.parts.set(index, {
        kind: 'thought',
        text: '',
        place: { at: choice.isBlank ? 0 : choice.length, calls: choice.calls },
      })
      return ''
    case 'tool-call':
      if (head.server === undefined) return openCall(choice, index, head)
      // What the platform runs itself is not for the caller to run.
      choice.parts.set(index, {
        kind: 'run',
        run: openRun({ ...head, arguments: '' }, choice.length),
        text: '',
      })
      return ''
    case 'whole':
      return writeWhole(choice, index, head.part)
  }
}

function openCall(
  choice: ChoiceStream,
  index: number,
  { id, name }: { id: string; name: string },
): string {
  const ordinal = choice.calls++
  const { open, close, manner } = choice
  if (manner.legacy) return openLegacyCall(choice, index, { ordinal, name })
  if (manner.customTools.has(name)) {
    choice.parts.set(index, { kind: 'custom', ordinal, name, text: '' })
    const call = { index: ordinal, id, ...textCall(manner, name, '') }
    return deltaFrame(choice, { tool_calls: [call] })
  }
  choice.parts.set(index, {
    kind: 'call',
    open: `${open}"tool_calls":[{"index":${ordinal},"function":{"arguments":`,
    close: `}}]${close}`,
    empty: true,
  })
  const call = { index: ordinal, id, type: 'function', function: { name, arguments: '' } }
  return deltaFrame(choice, { tool_calls: [call] })
}

// The older form holds one call a message; the model asks again for what it still needs.
function openLegacyCall(
  choice: ChoiceStream,
  index: number,
  { ordinal, name }: { ordinal: number; name: string },
): string {
  if (ordinal > 0) {
    choice.parts.set(index, { kind: 'silent' })
    return ''
  }
  choice.parts.set(index, {
    kind: 'call',
    open: `${choice.open}"function_call":{"arguments":`,
    close: `}${choice.close}`,
    empty: true,
  })
  return deltaFrame(choice, { function_call: { name, arguments: '' } })
}

/** A part that came in one piece. */
function writeWhole(choice: ChoiceStream, index: number, part: WholePart): string {
  switch (part.type) {
    case 'tool-result':
      closeRun(choice.lists.server_tool_runs ?? [], part)
      return ''
    case 'refusal':
      return deltaFrame(choice, { refusal: part.text })
    case 'image':
      addTo(choice, 'images', madeImage(part))
      return ''
    case 'audio':
      return openAudio(choice, index, part)
    default:
      return writeNative(choice, part)
  }
}

/** Sound that goes on after its first bytes: the deltas behind hold nothing but more of them. */
function openAudio(choice: ChoiceStream, index: number, part: MediaPart): string {
  const open = `${choice.open}"audio":{"data":`
  choice.parts.set(index, { kind: 'audio', open, close: `}${choice.close}` })
  return deltaFrame(choice, { audio: spokenAudio(part, '', choice) })
}

function writeNative(choice: ChoiceStream, part: WholePart): string {
  const value = nativeValue(part)
  if (!value) return ''
  if (!value.logprobs) return deltaFrame(choice, value.delta ?? {})
  const { envelope, index, usageMember } = choice
  const members = { index, delta: value.delta ?? {}, logprobs: value.logprobs, finish_reason: null }
  return `${envelope}${JSON.stringify(members)}]${usageMember}}\n\n`
}

function closePart(
  choice: ChoiceStream,
  index: number,
  seal: { signature?: string; redacted?: string },
): string {
  const part = choice.parts.get(index)
  if (part === undefined) return ''
  choice.parts.delete(index)
  switch (part.kind) {
    case 'text':
      annotate(choice, part)
      return ''
    case 'thought':
      return writeDetail(choice, part, seal)
    case 'call':
      // A call without input is still a call with an empty object (T3).
      return part.empty ? `${part.open}"{}"${part.close}` : ''
    case 'custom': {
      const input = customInput(part.text)
      const isFunction = choice.manner.textFunctions.has(part.name)
      const said = isFunction ? { function: { arguments: input } } : { custom: { input } }
      return deltaFrame(choice, { tool_calls: [{ index: part.ordinal, ...said }] })
    }
    case 'run':
      addTo(choice, 'server_tool_runs', { ...part.run, arguments: part.text || '{}' })
      return ''
    case 'audio':
    case 'silent':
      return ''
  }
}

type Element<Name extends keyof Lists> = NonNullable<Lists[Name]>[number]

function addTo<Name extends keyof Lists>(
  { lists }: ChoiceStream,
  name: Name,
  element: Element<Name>,
): void {
  lists[name] ??= []
  const list: Element<Name>[] = lists[name]
  list.push(element)
}

function annotate(
  choice: ChoiceStream,
  { start, citations }: { start: number; citations: Citation[] },
): void {
  const span = { start, end: choice.length }
  for (const citation of citations) {
    const found = annotation(citation, span)
    if (found) addTo(choice, 'annotations', found)
  }
}

function writeDetail(
  choice: ChoiceStream,
  { text, place }: { text: string; place: Place },
  { signature, redacted }: { signature?: string; redacted?: string },
): string {
  // A signature holds for the whole thought, so it is of no use where the text is not shown.
  if (choice.manner.hideReasoning && text !== '') return ''
  const part = { text, ...(signature && { signature }), ...(redacted && { redacted }) }
  const detail = encodeDetail(part, choice.details, place)
  if (!detail) return ''
  choice.details++
  return deltaFrame(choice, { reasoning_details: [detail] })
}

/** Closes what is still open and says why the reply ended. */
export function endChoice(choice: ChoiceStream, end: ReplyEnd): string {
  choice.end = end
  let text = startChoice(choice)
  for (const index of [...choice.parts.keys()]) text += closePart(choice, index, {})
  if (Object.keys(choice.lists).length > 0) text += deltaFrame(choice, choice.lists)
  const finish = FINISH_REASONS[end.reason]
  const reason = finish === 'tool_calls' && choice.manner.legacy ? 'function_call' : finish
  const tail = `]${servedMember(end)}${guardrailMember(end)}${knowledgeMember(end)}${choice.usageMember}}\n\n`
  return `${text}${choice.open}},"logprobs":null,"finish_reason":"${reason}"}${tail}`
}
