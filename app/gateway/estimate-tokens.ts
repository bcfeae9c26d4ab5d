import { base64Size } from '../codecs/bytes/base64.ts'
import type { Conversation, MediaPart, Part, Tool } from '../conversation/conversation.ts'

/** Letters of western texts and of JSON that make a token; newer tokenizers take fewer than the four of old. */
const CHARACTERS_PER_TOKEN = 3.5
/** From here on (CJK and what follows) a character is about a token. */
const FIRST_WIDE = 0x2e80
/** What frames one message: role and separators. */
const PER_TURN = 4
/** What the presence of tools adds to the prompt (Anthropic's docs: 290 to 800 by model). */
const FOR_TOOLS = 340
/** Bytes of an attachment that make a token, and what one costs that nobody has looked at. */
const BYTES_PER_TOKEN: Record<MediaPart['type'], number> = {
  image: 500,
  document: 40,
  audio: 1000,
  video: 5000,
}
const MOST_OF_IMAGE = 1600
const UNSEEN = 1500

/** About how many tokens a model would read, where none can be asked: rather too many than too few. */
export function estimateTokens({ system, turns, tools, output }: Conversation): number {
  let tokens = partsTokens(system)
  for (const turn of turns) tokens += PER_TURN + partsTokens(turn.parts)
  if (tools.length > 0) tokens += FOR_TOOLS
  for (const tool of tools) tokens += toolTokens(tool)
  if (output?.type === 'json-schema') tokens += jsonTokens(output.schema)
  return Math.max(1, Math.ceil(tokens))
}

/** What an answer is taken to need where the caller sets it no limit. */
const ANSWER = 1000
/** Passages of a knowledge base that will be read, and what Bedrock makes them of where nobody says otherwise. */
const PASSAGES = 5
const PER_PASSAGE = 300

/** About how many tokens all answers to a conversation cost at most, prompt and answer together. */
export function tokensOfWhole(
  conversation: Conversation,
  input: number = estimateTokens(conversation),
): number {
  const { batch = [], choices = 1, settings, knowledge } = conversation
  const answer = settings.maxTokens ?? ANSWER
  let tokens = input + answer
  if (knowledge) tokens += (knowledge.results ?? PASSAGES) * PER_PASSAGE
  for (const turns of batch) tokens += estimateTokens({ ...conversation, turns }) + answer
  return tokens * choices
}

function toolTokens(tool: Tool): number {
  if (tool.type === 'system') return jsonTokens({ name: tool.name, ...tool.settings })
  const { name, description = '', schema = {} } = tool
  return textTokens(name) + textTokens(description) + jsonTokens(schema)
}

function partsTokens(parts: readonly Part[]): number {
  let tokens = 0
  for (const part of parts) tokens += partTokens(part)
  return tokens
}

function partTokens(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return textTokens(part.text)
    case 'reasoning':
      // A model does not read what it thought in earlier turns again.
      return 0
    case 'tool-call':
      return textTokens(part.name) + textTokens(part.arguments) + PER_TURN
    case 'tool-result':
      return partsTokens(part.content) + PER_TURN
    case 'cache-point':
      return 0
    case 'native':
      return jsonTokens(part.value)
    default:
      return mediaTokens(part)
  }
}

function mediaTokens({ type, source }: MediaPart): number {
  if (source.kind === 'text') return textTokens(source.text)
  if (source.kind !== 'base64') return UNSEEN
  const tokens = base64Size(source.data) / BYTES_PER_TOKEN[type]
  return type === 'image' ? Math.min(tokens, MOST_OF_IMAGE) : tokens
}

const jsonTokens = (value: unknown) => textTokens(JSON.stringify(value) ?? '')

function textTokens(text: string): number {
  let wide = 0
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= FIRST_WIDE) wide += 1
  return wide + (text.length - wide) / CHARACTERS_PER_TOKEN
}
