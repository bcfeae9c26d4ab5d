import type { Conversation, MediaPart, Part, Tool } from '../../conversation/conversation.ts'
import type { Usage } from '../../conversation/events.ts'
import { look } from './attachments.ts'
import { countTokens } from './tokens.ts'

/** What frames one message: role and separators. */
const PER_TURN = 3
/** Used where nothing is known of an attachment's size. */
const PER_UNKNOWN = 250
const PIXELS_PER_TOKEN = 750
/** Claude scales down what would be more (Anthropic's docs). A header can claim any size. */
const MOST_OF_IMAGE = 1600
const BYTES_PER_TOKEN: Record<MediaPart['type'], number> = {
  image: 500,
  document: 50,
  audio: 1000,
  video: 5000,
}

/** What a conversation and the parts said in answer to it cost. */
export function usageOf(conversation: Conversation, said: Part[]): Usage {
  const thoughts = said.filter((part) => part.type === 'reasoning')
  const usage: Usage = { input: inputTokens(conversation), output: partsTokens(said) }
  return thoughts.length > 0 ? { ...usage, reasoning: partsTokens(thoughts) } : usage
}

/** What a conversation costs to read. */
export function inputTokens({ system, turns, tools }: Conversation): number {
  const spoken = turns.map((turn) => PER_TURN + partsTokens(turn.parts))
  return sum([partsTokens(system), ...spoken, ...tools.map(toolTokens)])
}

function toolTokens(tool: Tool): number {
  return countTokens(JSON.stringify(tool))
}

function partsTokens(parts: Part[]): number {
  return sum(parts.map(partTokens))
}

function partTokens(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return countTokens(part.text)
    case 'tool-call':
      return countTokens(part.name) + countTokens(part.arguments)
    case 'tool-result':
      return partsTokens(part.content)
    case 'cache-point':
      return 0
    case 'native':
      return countTokens(JSON.stringify(part.value) ?? '')
    default:
      return mediaTokens(part)
  }
}

function mediaTokens(part: MediaPart): number {
  if (part.source.kind === 'text') return countTokens(part.source.text)
  const { bytes, image } = look(part)
  if (image) {
    return Math.min(Math.ceil((image.width * image.height) / PIXELS_PER_TOKEN), MOST_OF_IMAGE)
  }
  return bytes === undefined ? PER_UNKNOWN : Math.ceil(bytes / BYTES_PER_TOKEN[part.type])
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
