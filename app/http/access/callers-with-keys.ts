import { readConfiguredKeys } from '../../config/key-policy.ts'
import type { Config } from '../../config.ts'
import { logEvent } from '../../library/event-log.ts'
import { keptKeys } from '../../library/keys/kept-keys.ts'
import { type KnownKey, keyTable, knownKey } from '../../library/keys/key-table.ts'
import { type CallerIdentity, SOLE_CALLER } from '../../ports/caller.ts'
import type { Runtime } from '../../ports/runtime.ts'
import type { Services } from '../../ports/services.ts'
import type { HttpContext } from '../context.ts'

/**
 * One way to prove who one is. `shown` is the key or token of the request. Undefined where it is not this
 * way that was meant, or nobody is known by it; throws where it was meant and cannot be.
 */
export type Prover = (
  c: HttpContext,
  shown: string | undefined,
) => CallerIdentity | undefined | Promise<CallerIdentity | undefined>

/** Who manages the keys. */
const ADMIN: CallerIdentity = { owner: 'admin', keyId: 'admin', name: 'admin', admin: true }

/** Keys of the configuration, then managed keys. */
export function keyProvers({ config, runtime, access }: Services): Prover[] {
  const known = keyTable(configuredKeys(config, runtime))
  return [
    (_, shown) => (shown ? known(shown, Date.now()) : undefined),
    (_, shown) => (shown ? access.keys.find(shown) : undefined),
  ]
}

/** Keys that are kept at AWS. What is shown may be any text, and AWS is asked about one that nobody knows. */
export function keptKeyProvers(services: Services): Prover[] {
  const { config, runtime, access } = services
  if (!access.kept) return []
  const find = keptKeys(access.kept, {
    refresh: config.API_KEY_REFRESH_SECONDS * 1000,
    onFailure: (thrown) => warn(services, thrown),
    linger: runtime.linger,
  })
  return [(_, shown) => (shown ? find(shown) : undefined)]
}

/** Only the admin's key, for a server that lets everybody in. */
export function adminOnly(
  config: Config,
): (shown: string | undefined) => CallerIdentity | undefined {
  const known = keyTable(adminKeys(config))
  return (shown) => (shown ? known(shown, Date.now()) : undefined)
}

const adminKeys = ({ ADMIN_KEY }: Config): KnownKey[] =>
  ADMIN_KEY === undefined ? [] : [{ key: ADMIN_KEY, identity: ADMIN }]

/** Whoever has a key of the configuration. Throws an `Error` for the operator where one cannot be read. */
export const configuredCallers = ({ config, runtime }: Services): CallerIdentity[] =>
  configuredKeys(config, runtime).map(({ identity }) => identity)

function configuredKeys(config: Config, runtime: Runtime): KnownKey[] {
  const { API_KEY, API_KEYS } = config
  const keys = adminKeys(config)
  if (API_KEY !== undefined) keys.push({ key: API_KEY, identity: SOLE_CALLER })
  if (API_KEYS !== undefined) {
    keys.push(...readConfiguredKeys(...textOf(API_KEYS.trim(), runtime)).map(knownKey))
  }
  if (new Set(keys.map(({ key }) => key)).size === keys.length) return keys
  throw new Error(
    'Two of API_KEY, ADMIN_KEY and API_KEYS hold the same key. Nobody could tell who shows it.',
  )
}

/** The text of a variable that may stand for a file, and what to call it. */
function textOf(value: string, { readTextFile, name }: Runtime): [text: string, place: string] {
  if (/^[[{]/.test(value)) return [value, 'API_KEYS']
  const path = value.replace(/^@/, '')
  if (path === value && !/^(\/|\.\.?\/)/.test(path)) {
    throw new Error(
      'API_KEYS is neither JSON nor the path of a file: write a path as `@keys.json` or `/run/keys.json`.',
    )
  }
  if (!readTextFile) {
    throw new Error(`API_KEYS names a file, and ${name} has none. Write the JSON itself.`)
  }
  try {
    return [readTextFile(path), `API_KEYS (${path})`]
  } catch (cause) {
    throw new Error(`API_KEYS: the file ${path} cannot be read.`, { cause })
  }
}

function warn(services: Services, thrown: unknown): void {
  const detail: string[] = []
  for (let cause = thrown; cause instanceof Error && detail.length < 4; cause = cause.cause) {
    detail.push(cause.message)
  }
  logEvent(services, { level: 'warning', event: 'key_not_refreshed', detail })
}
