import type { Conversation, Part, Settings, Turn } from '../../conversation/conversation.ts'
import { extrasOf } from './extras.ts'
import { type Piece, readTranscript } from './transcript.ts'
import { SETTING_FIELDS } from './vocabulary.ts'
import { KNOWN_CONFIG, KNOWN_FIELDS, type WireConfig, type WireRequest } from './wire.ts'

/**
 * A body that `titanTextRequest` let through, on the waist. A prompt in the form of a conversation becomes
 * its turns; how it was written rides in `extras`, unknown fields in `extraFields`.
 */
export function decodeRequest(body: unknown): Conversation {
  const request = body as WireRequest
  const { pieces, closing } = readTranscript(request.inputText)
  const config = request.textGenerationConfig ?? {}
  const extraFields = unknownMembers(request, KNOWN_FIELDS)
  return {
    model: request.model,
    system: pieces.filter(({ role }) => role === 'system').map(textOf),
    turns: pieces.filter(({ role }) => role !== 'system').map(turnOf),
    tools: [],
    settings: decodeSettings(config),
    stream: request.stream ?? false,
    ...(extraFields && { extraFields }),
    ...extrasOf({ closing, config: keptConfig(config) }),
  }
}

const textOf = ({ raw, said }: Piece): Part => ({
  type: 'text',
  text: said,
  ...extrasOf({ spelling: { raw, said } }),
})

const turnOf = ({ role, raw, said }: Piece): Turn => ({
  role,
  parts: [{ type: 'text', text: said }],
  ...extrasOf({ spelling: { raw, said } }),
})

function decodeSettings(config: WireConfig): Settings {
  const settings: Record<string, unknown> = {}
  for (const [setting, field] of Object.entries(SETTING_FIELDS)) {
    const value = config[field]
    if (value != null && !(Array.isArray(value) && value.length === 0)) settings[setting] = value
  }
  return settings as Settings
}

function keptConfig(config: WireConfig): Record<string, unknown> | undefined {
  const others = unknownMembers(config, KNOWN_CONFIG)
  return config.stopSequences?.length === 0 ? { ...others, stopSequences: [] } : others
}

function unknownMembers(
  wire: object,
  known: ReadonlySet<string>,
): Record<string, unknown> | undefined {
  const found = Object.entries(wire).filter(([key, value]) => !known.has(key) && value != null)
  return found.length > 0 ? Object.fromEntries(found) : undefined
}
