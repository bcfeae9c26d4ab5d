import { isRegion } from '../endpoints.ts'

/** What the form of an upstream id tells, without any catalogue. */
interface ModelId {
  /** The model's own id, without geography; undefined where an ARN does not name its model. */
  base?: string
  /** The prefix of a geographic profile: `us`, `eu`, `global`, whatever AWS makes of it next. */
  geography?: string
  /** The region an ARN is bound to. */
  region?: string
  /** What an ARN names; undefined for plain ids. */
  kind?: ArnKind
}

/** A vendor without digits at its head or hyphens, a dot, then a name: `gpt-4.1` and `qwen2.5-72b` are not ids of Bedrock. */
const BASE = /^[a-z][a-z0-9]+\.[a-z][a-z0-9-]*([.:][a-z0-9-]+)*$/
const PROFILE = /^([a-z][a-z-]*)\.([a-z][a-z0-9]+\.[a-z].*)$/

/** Kinds of resource as ConversationalModelId of the service model lists them, with what may follow their name. */
const ARN =
  /^arn:aws[a-z-]*:(bedrock|sagemaker):([a-z0-9-]*):(\d{12})?:([a-z-]+)\/([A-Za-z0-9._:/-]+)$/
const KINDS = [
  'foundation-model',
  'inference-profile',
  'application-inference-profile',
  'provisioned-model',
  'custom-model',
  'custom-model-deployment',
  'imported-model',
  'prompt',
  'prompt-router',
  'default-prompt-router',
  'endpoint',
] as const

export type ArnKind = (typeof KINDS)[number]

/** Kinds whose resource begins with the id of the model. */
const NAMING_KINDS: ReadonlySet<ArnKind> = new Set([
  'foundation-model',
  'inference-profile',
  'custom-model',
])

/** Reads an id, a profile's id or an ARN; undefined for anything Bedrock would not take as a model. */
export function readModelId(name: string): ModelId | undefined {
  if (name.length > 2048) return undefined
  return name.startsWith('arn:') ? readArn(name) : readPlainId(name)
}

function readPlainId(name: string): ModelId | undefined {
  const [, geography, base] = PROFILE.exec(name) ?? []
  if (geography && base && BASE.test(base)) return { base, geography }
  return BASE.test(name) ? { base: name } : undefined
}

function readArn(name: string): ModelId | undefined {
  const [, , region, , named, resource] = ARN.exec(name) ?? []
  const kind = KINDS.find((known) => known === named)
  if (!kind || !resource) return undefined
  // The global form of a foundation model's ARN has no region.
  if (region && !isRegion(region)) return undefined
  const bound = region ? { kind, region } : { kind }
  if (!NAMING_KINDS.has(kind)) return bound
  return { ...readPlainId(resource.split('/', 1)[0]!), ...bound }
}
