import type { Config } from '../config.ts'
import type { Conversation, Guardrail, Settings } from '../conversation/conversation.ts'
import { GatewayError } from '../errors.ts'
import type { Heard } from './answer.ts'

/**
 * What may be said of a call in headers, in any dialect. The names are those InvokeModel has for them
 * (service model of bedrock-runtime), so that callers of AWS need not learn others.
 */
const HEADERS = {
  tier: 'x-amzn-bedrock-service-tier',
  latency: 'x-amzn-bedrock-performanceconfig-latency',
  guardrail: 'x-amzn-bedrock-guardrailidentifier',
  version: 'x-amzn-bedrock-guardrailversion',
  trace: 'x-amzn-bedrock-trace',
  streamMode: 'x-amzn-bedrock-guardrailstreamprocessingmode',
} as const

const TIERS = ['default', 'flex', 'priority', 'reserved'] as const
const LATENCIES = ['standard', 'optimized'] as const
const TRACES = ['disabled', 'enabled', 'enabled_full'] as const
const STREAM_MODES = ['sync', 'async'] as const

/**
 * The conversation with what its caller said in headers; the body wins. A guardrail is the caller's to
 * choose only where the operator allows it, else the wish is named as ignored. Throws 400 naming the header.
 */
export function withCallerOptions(asked: Conversation, heard: Heard, config: Config): Conversation {
  const { header } = heard
  const settings = header ? callerSettings(asked.settings, header) : asked.settings
  const wish = header ? callerGuardrail(header) : undefined
  const wished = [...(asked.guardrail ? [guardrailName(heard)] : []), ...(wish?.said ?? [])]
  if (wished.length === 0) return settings === asked.settings ? asked : { ...asked, settings }

  const guardrail = { ...configuredGuardrail(config), ...wish?.guardrail, ...asked.guardrail }
  const allowed = config.AWS_BEDROCK_ALLOW_GUARDRAIL_OVERRIDE ?? !configuredGuardrail(config)
  if (!allowed || !isComplete(guardrail)) {
    const { guardrail: _, ...unguarded } = asked
    return { ...unguarded, settings, ignored: [...(asked.ignored ?? []), ...wished] }
  }
  return { ...asked, settings, guardrail: { ...guardrail, version: guardrail.version ?? 'DRAFT' } }
}

/** What a caller says in headers alone. */
interface HeaderOptions {
  settings: Settings
  /** Only where the caller may choose one. */
  guardrail?: Guardrail
  /** The headers that had no effect. */
  ignored: readonly string[]
}

/** The same for requests that are no conversation. Throws 400 naming the header. */
export function headerOptions(header: Header, config: Config): HeaderOptions {
  const settings = callerSettings({}, header)
  const { said = [], guardrail: wish } = callerGuardrail(header) ?? {}
  const configured = configuredGuardrail(config)
  const guardrail = { ...configured, ...wish }
  const allowed = config.AWS_BEDROCK_ALLOW_GUARDRAIL_OVERRIDE ?? !configured
  if (said.length === 0 || !allowed || !isComplete(guardrail)) return { settings, ignored: said }
  const chosen = { ...guardrail, version: guardrail.version ?? 'DRAFT' }
  return { settings, guardrail: chosen, ignored: [] }
}

/** The guardrail of every answer of this server. */
export function configuredGuardrail(config: Config): Guardrail | undefined {
  const id = config.AWS_BEDROCK_GUARDRAIL_IDENTIFIER
  if (id === undefined) return undefined
  const trace = config.AWS_BEDROCK_GUARDRAIL_TRACE
  return { id, version: config.AWS_BEDROCK_GUARDRAIL_VERSION, ...(trace && { trace }) }
}

/** What a request's body calls its guardrail. */
export const guardrailName = ({ dialect }: Heard): string =>
  dialect.server.settingNames?.guardrail ?? 'guardrail'

type Header = NonNullable<Heard['header']>

function callerSettings(settings: Settings, header: Header): Settings {
  const tier = readWord(header, HEADERS.tier, TIERS)
  const latency = readWord(header, HEADERS.latency, LATENCIES)
  if (!tier && !latency) return settings
  return { ...(tier && { serviceTier: tier }), ...(latency && { latency }), ...settings }
}

interface GuardrailWish {
  guardrail: Partial<Guardrail>
  /** The headers it was said in. */
  said: string[]
}

function callerGuardrail(header: Header): GuardrailWish | undefined {
  const id = header(HEADERS.guardrail)?.trim()
  const version = header(HEADERS.version)?.trim()
  const trace = readWord(header, HEADERS.trace, TRACES)
  const streamMode = readWord(header, HEADERS.streamMode, STREAM_MODES)
  if (!id && !version && !trace && !streamMode) return undefined
  // Another guardrail has other versions: only who names one may leave the version to us.
  const guardrail: Partial<Guardrail> = {
    ...(id && { id, version: version || 'DRAFT' }),
    ...(version && { version }),
    ...(trace && { trace }),
    ...(streamMode && { streamMode }),
  }
  const values = { guardrail: id, version, trace, streamMode }
  const said = Object.entries(values).filter(([, value]) => value)
  return { guardrail, said: said.map(([name]) => HEADERS[name as keyof typeof values]) }
}

const isComplete = (
  guardrail: Partial<Guardrail>,
): guardrail is Pick<Guardrail, 'id'> & Partial<Guardrail> => guardrail.id !== undefined

/** One of some words; InvokeModel's own callers write `ENABLED`. */
function readWord<const Word extends string>(
  header: Header,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const said = header(name)?.trim().toLowerCase()
  if (!said) return undefined
  const found = words.find((word) => word === said)
  if (found) return found
  throw new GatewayError(
    'invalid-request',
    `Invalid value in the header ${name}. Supported values are: ${words.join(', ')}.`,
    { param: name, reason: 'invalid_value' },
  )
}
