import { sseComment, sseData, sseEvent } from '../../codecs/streams/sse.ts'
import type { PartHead, ReplyEnd, ReplyEvent } from '../../conversation/events.ts'
import { streamExceptionName } from '../bedrock-exceptions.ts'
import type { ReplyEncoder } from '../dialect.ts'
import { completionReason, guardrailMembers } from './encode-reply.ts'
import { inputTokens } from './usage.ts'
import type { WireChunk } from './wire.ts'

/**
 * Streamed replies as Titan's chunks: one per piece of text, and a last one per reply that holds counts
 * and reason, as recorded. Per delta only its text is made into JSON.
 */
export function createReplyEncoder(): ReplyEncoder {
  const choices: Choice[] = []
  const choiceOf = (index: number): Choice => {
    choices[index] ??= openChoice(index)
    return choices[index]
  }
  return {
    write(events, index = 0) {
      const choice = choiceOf(index)
      let text = ''
      for (const event of events) {
        text +=
          event.type === 'part-delta'
            ? writeDelta(choice, event.index, event.text)
            : write(choice, event)
      }
      return text
    },
    end: () => '',
    fail: (error) =>
      sseEvent(streamExceptionName(error), JSON.stringify({ message: error.message })),
    keepAlive: sseComment('keep-alive'),
  }
}

interface Choice {
  index: number
  close: string
  /** Parts whose deltas are words of the answer. */
  spoken: Set<number>
}

const OPEN = 'data: {"outputText":'

const openChoice = (index: number): Choice => ({
  index,
  close: `,"index":${index},"totalOutputTextTokenCount":null,"completionReason":null,"inputTextTokenCount":null}\n\n`,
  spoken: new Set(),
})

function writeDelta({ spoken, close }: Choice, part: number, text: string): string {
  return text === '' || !spoken.has(part) ? '' : OPEN + JSON.stringify(text) + close
}

function write(choice: Choice, event: Exclude<ReplyEvent, { type: 'part-delta' }>): string {
  if (event.type === 'part-start') return startPart(choice, event.index, event.part)
  return event.type === 'reply-end' ? lastChunk(choice, event) : ''
}

function startPart(choice: Choice, index: number, head: PartHead): string {
  if (head.type === 'text') choice.spoken.add(index)
  if (head.type !== 'whole') return ''
  const { part } = head
  return part.type === 'refusal' && part.text !== ''
    ? OPEN + JSON.stringify(part.text) + choice.close
    : ''
}

function lastChunk({ index }: Choice, end: ReplyEnd): string {
  const chunk: WireChunk = {
    outputText: '',
    index,
    totalOutputTextTokenCount: end.usage.output,
    completionReason: completionReason(end),
    inputTextTokenCount: inputTokens(end.usage),
    ...guardrailMembers(end.guardrail),
  }
  return sseData(JSON.stringify(chunk))
}
