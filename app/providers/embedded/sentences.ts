import type { Conversation } from '../../conversation/conversation.ts'
import { describeAttachment } from './attachments.ts'
import { languageOf } from './language.ts'
import type { Reading } from './reading.ts'

const LONGEST_QUOTE = 200
const LONGEST_RESULT = 1_000

/** Several ways to begin, for callers who vary the seed. Each says who is speaking. */
const OPENINGS = [
  "This is Outcrop's embedded model: no AI has read your request, these sentences are made from it by fixed rules.",
  "You are talking to Outcrop's embedded model, which follows fixed rules and understands nothing.",
  "Outcrop's embedded model answers here: what follows is your request in other words, not the work of an AI.",
]

const CLOSING = 'Configure AWS, and the same request is answered by a model on Amazon Bedrock.'

/** The answer in words: who speaks, and what was asked. */
export function restate(conversation: Conversation, reading: Reading): string {
  return paragraph([
    opening(conversation),
    asked(reading),
    fromKnowledge(conversation),
    withIt(reading),
    before(reading),
    onOffer(conversation),
    CLOSING,
  ])
}

/** The answer in words once the tools have done their work. */
export function report(conversation: Conversation, reading: Reading): string {
  return paragraph([
    opening(conversation),
    reading.question === '' ? '' : asked(reading),
    ...reading.results.map(
      ({ tool, text, isError }) =>
        `The tool ${tool} ${isError ? 'failed' : 'answered'}: ${quoted(text, LONGEST_RESULT)}`,
    ),
    withIt(reading),
  ])
}

function paragraph(sentences: string[]): string {
  return sentences.filter(Boolean).join(' ')
}

function opening({ settings }: Conversation): string {
  const way = Math.abs(Math.trunc(settings.seed ?? 0)) % OPENINGS.length
  return OPENINGS[way]!
}

/** The best passage of a knowledge base, marked as one cites it. */
function fromKnowledge({ grounding, output }: Conversation): string {
  if (!grounding?.used) return ''
  const [best] = grounding.passages
  if (!best) return 'The knowledge base holds nothing about it.'
  const mark = output === undefined || output.type === 'text' ? ' [1]' : ''
  return `The knowledge base says: ${quoted(best.text, LONGEST_RESULT)}${mark}`
}

export function asked({ question }: Reading): string {
  if (question === '') return 'Your message holds no text.'
  const language = languageOf(question)
  const looks = language ? ` It looks like ${language}.` : ''
  return `You asked: ${quoted(question, LONGEST_QUOTE)}${looks}`
}

function withIt({ attachments }: Reading): string {
  if (attachments.length === 0) return ''
  return `With it came ${listed(attachments.map(describeAttachment))}.`
}

function before({ earlier, instructions }: Reading): string {
  const turns = earlier > 0 ? `${counted(earlier, 'turn')} went before` : ''
  const system =
    instructions > 0 ? `a system prompt of ${counted(instructions, 'word')} applies` : ''
  const sentence = [turns, system].filter(Boolean).join(', and ')
  return sentence === '' ? '' : `${sentence[0]!.toUpperCase()}${sentence.slice(1)}.`
}

function onOffer({ tools, toolChoice }: Conversation): string {
  if (tools.length === 0 || toolChoice?.type === 'none') return ''
  const named = `${counted(tools.length, 'tool')} on offer (${tools.map((tool) => tool.name).join(', ')})`
  return `Of the ${shorten(named, LONGEST_QUOTE)} your words called for none.`
}

/** A full stop follows unless the quoted text ends like a sentence. */
function quoted(text: string, most: number): string {
  const short = shorten(text, most)
  return `“${short}”${/[.!?…。！？]$/u.test(short) ? '' : '.'}`
}

export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

function listed(things: string[]): string {
  if (things.length < 2) return things.join('')
  return `${things.slice(0, -1).join(', ')} and ${things.at(-1)}`
}

/** On one line, cut at a word where it is longer than so many characters. */
function shorten(text: string, most: number): string {
  // A megabyte is not looked through for the sake of its first words.
  const looked = text.slice(0, most * 4)
  const letters = [...looked.replace(/\s+/g, ' ').trim()]
  if (letters.length <= most && looked.length === text.length) return letters.join('')
  const cut = letters.slice(0, most).join('')
  const space = cut.lastIndexOf(' ')
  return `${space > most / 2 ? cut.slice(0, space) : cut}…`
}
