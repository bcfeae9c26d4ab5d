import type { Conversation, Part, Settings, Turn } from '../../conversation/conversation.ts'
import { dropBlankText, isBlank, mergeTurns, spellOutTools } from '../../conversation/repair.ts'
import { GatewayError } from '../../errors.ts'
import type { ModelCard } from '../../ports/models.ts'
import type { EncodedRequest } from '../dialect.ts'
import { isIdle } from '../idle-settings.ts'
import { ownOf } from './extras.ts'
import { CLOSING, writeTurn } from './transcript.ts'
import { SETTING_FIELDS } from './vocabulary.ts'

type Ignore = (what: string) => void

/** Settings carried by the body; the rest of them means nothing to Titan. */
const CARRIED: ReadonlySet<string> = new Set(Object.keys(SETTING_FIELDS))

/** Carried by headers of InvokeModel, not by the body. */
const IN_HEADERS: ReadonlySet<string> = new Set<keyof Settings>(['serviceTier', 'latency'])

/**
 * A conversation as a body for InvokeModel of a Titan Text model. What was heard in this dialect goes out
 * as it was written; other conversations are written in Titan's form, tool calls of the history in plain
 * words. Throws `unsupported-parameter` for attachments and for tools that must be called.
 */
export function encodeRequest(conversation: Conversation, card: ModelCard): EncodedRequest {
  const ignored = new Set<string>()
  const ignore: Ignore = (what) => ignored.add(what)
  ignoreWhatTunes(conversation, ignore)
  const config = { ...encodeSettings(conversation.settings, card), ...ownOf(conversation).config }
  const body = {
    inputText: writePrompt(conversation, card, ignore),
    ...(Object.keys(config).length > 0 && { textGenerationConfig: config }),
    ...conversation.extraFields,
  }
  return { body, ignored: [...ignored] }
}

function ignoreWhatTunes(conversation: Conversation, ignore: Ignore): void {
  const { settings, tools, toolChoice, reasoning, webSearch, audio } = conversation
  for (const [name, value] of Object.entries(settings)) {
    if (CARRIED.has(name) || IN_HEADERS.has(name)) continue
    if (!isIdle(name, value)) ignore(name)
  }
  if (toolChoice?.type === 'tool' || toolChoice?.type === 'required') {
    throw refused('Titan knows no tools, so none can be called.', 'tool_choice')
  }
  if (tools.length > 0) ignore('tools')
  if (reasoning) ignore(reasoning.param ?? 'reasoning')
  if (webSearch) ignore('web_search_options')
  if (audio) ignore('audio')
  conversation.dialectOnly?.forEach(ignore)
}

function encodeSettings(settings: Settings, { traits }: ModelCard): Record<string, unknown> {
  const config: Record<string, unknown> = {}
  for (const [setting, field] of Object.entries(SETTING_FIELDS)) {
    const value = settings[setting as keyof typeof SETTING_FIELDS]
    if (value !== undefined) config[field] = value
  }
  const most = traits.maxOutputTokens
  if (most !== undefined && Number(config['maxTokenCount']) > most) config['maxTokenCount'] = most
  return config
}

function writePrompt(conversation: Conversation, card: ModelCard, ignore: Ignore): string {
  const { closing } = ownOf(conversation)
  const spoken = (parts: Part[]) => wordsOf(parts, card, ignore)
  const system = [...conversation.system, ...instructions(conversation)]
  const heard = system.map((part) => {
    const said = spoken([part])
    return spelling(part, said) ?? (isBlank(said) ? '' : writeTurn('system', said))
  })
  const told = spellOutTools(conversation.turns)
  const turns = closing === undefined ? mergeTurns(told.map(withoutBlanks)) : told
  const lines = turns.map((turn) => {
    const said = spoken(turn.parts)
    return spelling(turn, said) ?? writeTurn(turn.role, said)
  })
  const prompt = heard.join('') + lines.join('')
  if (closing !== undefined) return prompt + closing
  return turns.at(-1)?.role === 'assistant' ? prompt.trimEnd() : prompt + CLOSING
}

/** How it was written, while it says what it said. */
function spelling(holder: Part | Turn, said: string): string | undefined {
  const own = 'extras' in holder ? ownOf(holder).spelling : undefined
  return own?.said === said ? own.raw : undefined
}

const withoutBlanks = (turn: Turn): Turn => ({ ...turn, parts: dropBlankText(turn.parts) })

/** There is no form of output to ask for but by words. */
function instructions({ output }: Conversation): Part[] {
  if (!output || output.type === 'text') return []
  const text =
    output.type === 'json-object'
      ? 'Answer with one JSON object and nothing else.'
      : `Answer with JSON that satisfies this JSON schema, and nothing else:\n${JSON.stringify(output.schema)}`
  return [{ type: 'text', text }]
}

function wordsOf(parts: Part[], card: ModelCard, ignore: Ignore): string {
  const words: string[] = []
  for (const part of parts) {
    switch (part.type) {
      case 'text':
      case 'refusal':
        words.push(part.text)
        break
      case 'reasoning':
        ignore('thought')
        break
      case 'tool-call':
      case 'tool-result':
        break
      case 'cache-point':
        ignore('cacheControl')
        break
      case 'native':
        ignore('content')
        break
      default:
        if (part.source.kind !== 'text') {
          const message = `The model ${card.id} does not read ${part.type} input.`
          throw refused(message, part.param ?? 'messages')
        }
        words.push(part.source.text)
    }
  }
  return words.join('\n')
}

const refused = (message: string, param: string) =>
  new GatewayError('unsupported-parameter', message, { param })
