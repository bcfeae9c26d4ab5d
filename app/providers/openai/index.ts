import type { Config } from '../../config.ts'
import type { FoundModel, ModelCard, Provider } from '../../ports/models.ts'
import type { Runtime } from '../../ports/runtime.ts'
import { createWarn } from '../aws/warn.ts'
import { createUpstreamClient } from './client.ts'
import { cardOf, kindOf } from './kinds.ts'
import { createListing, type Listing } from './listing.ts'
import { abilitiesOf, type ModelDependencies } from './models.ts'
import { leadsBack, OPENAI, readUpstreams, type Upstream } from './upstreams.ts'

interface OpenaiOptions {
  config: Config
  runtime: Pick<Runtime, 'env' | 'transport' | 'log' | 'linger'>
  /** Unix milliseconds. */
  now?(): number
}

/**
 * OpenAI, and every server that speaks its language: a provider each, in the order they are configured.
 * Throws an `Error` naming a variable that cannot be used.
 */
export function createOpenaiProviders({ config, runtime, now }: OpenaiOptions): Provider[] {
  const warn = createWarn(runtime.log, config.LOG_LEVEL)
  const upstreams = readUpstreams(config, runtime.env)
  return upstreams.flatMap((upstream) => {
    if (leadsBack(upstream, config)) {
      const { name, origin, settings } = upstream
      // The variables of OpenAI's own clients are the same, and theirs may point here.
      warn('An upstream is this very server and is left out.', { upstream: name, origin, settings })
      return []
    }
    const client = createUpstreamClient(upstream, {
      transport: runtime.transport,
      connectTimeout: config.CONNECT_TIMEOUT * 1000,
      warn,
      now,
    })
    const listing = createListing(client, config.MODEL_CACHE_SECONDS, {
      linger: runtime.linger,
      now,
    })
    const dependencies = { client, firstFrameWait: config.FIRST_FRAME_WAIT * 1000 }
    const others = upstreams.filter((other) => other !== upstream)
    const isElsewhere = (model: string) => others.some((other) => claims(other, model))
    return [createProvider(upstream, listing, { ...dependencies, isElsewhere })]
  })
}

/** Whether a name is surely asked for at this server, without a look at what it lists. */
const claims = ({ name, isTold, serves: patterns }: Upstream, model: string): boolean =>
  model.startsWith(`${name}/`) || (isTold && patterns.some((pattern) => pattern.test(model)))

interface ProviderDependencies extends ModelDependencies {
  /** Another server is surely asked for this name, so that nobody waits for the list of this one. */
  isElsewhere(name: string): boolean
}

/** Names that are remembered; callers make them up, so there must be an end. */
const MOST_NAMES = 2000
const LONGEST_NAME = 512

function createProvider(
  upstream: Upstream,
  listing: ReturnType<typeof createListing>,
  { isElsewhere, ...dependencies }: ProviderDependencies,
): Provider {
  const prefix = `${upstream.name}/`
  const open = createOpener(upstream, dependencies)

  /** What is known of a name by what is listed: undefined while that is not known, and needed. */
  const known = (name: string, listed: Listing, isChosen?: boolean): FoundModel | undefined => {
    const whole = listedName(name, listed)
    if (whole) return open(whole, listed)
    const isNamed = name.startsWith(prefix)
    if (isNamed || isChosen) {
      const short = isNamed ? name.slice(prefix.length) : name
      const id = listedName(short, listed) ?? short
      const isUnlisted = listed !== undefined && !listed.has(id)
      return open(id, listed, isUnlisted && !serves(upstream, id, undefined))
    }
    if (!serves(upstream, name, listed)) return undefined
    return open(name, listed, listed !== undefined && !upstream.isTold)
  }
  return {
    name: upstream.name,
    health: dependencies.client.health,
    originIn: () => upstream.origin,

    async list(): Promise<ModelCard[]> {
      const listed = await listing.get()
      return [...(listed?.values() ?? [])]
        .filter(({ id }) => kindOf(id, upstream) !== 'other')
        .map((one) => cardOf(one.id, upstream, one))
    },

    find(name, { chosen } = {}) {
      if (name.length > LONGEST_NAME || name === prefix) return undefined
      // Asked for its side effect too: a listing that has grown old is fetched anew behind this request.
      const listed = listing.get()
      if (!(listed instanceof Promise)) return known(name, listed, chosen)
      const isNamed = name.startsWith(prefix) || chosen
      // What a server may serve by its patterns alone must not change when its list comes.
      const found = isNamed || !guesses(upstream) ? known(name, undefined, chosen) : undefined
      if (found || isElsewhere(name)) return found
      return listed.then((fetched) => known(name, fetched))
    },
  }
}

/** Google lists `models/gemini-x`, and its documentation calls it `gemini-x`. */
function listedName(name: string, listed: Listing): string | undefined {
  if (listed === undefined || listed.has(name)) return listed && name
  const whole = `models/${name}`
  return listed.has(whole) ? whole : undefined
}

/**
 * Whether a server is asked for a name it has not listed. Another than OpenAI itself, without a key, that
 * does list its models knows which names are its own.
 */
function serves(upstream: Upstream, name: string, listed: Listing) {
  if (listed !== undefined && listed.size > 0 && guesses(upstream)) return false
  return upstream.serves.some((pattern) => pattern.test(name))
}

/** Nobody said that the names of OpenAI are served there: it is some server on somebody's machine. */
const guesses = ({ isTold, isOpenai, hasKey }: Upstream) => !isTold && !isOpenai && !hasKey

function createOpener(upstream: Upstream, dependencies: ModelDependencies) {
  let opened = new Map<string, FoundModel>()
  let openedIn: Listing
  return (id: string, listed: Listing, isUnlisted = false): FoundModel => {
    if (listed !== openedIn || opened.size >= MOST_NAMES) {
      opened = new Map()
      openedIn = listed
    }
    const key = isUnlisted ? `unlisted ${id}` : id
    const kept = opened.get(key)
    if (kept) return kept
    const card = cardOf(id, upstream, listed?.get(id))
    const standing = isUnlisted ? ('unlisted' as const) : undefined
    const found = { card, ...abilitiesOf(card, dependencies), ...(standing && { standing }) }
    opened.set(key, found)
    return found
  }
}

const OPENAI_NAME = /^(gpt-|chatgpt-|o\d|text-embedding-|text-davinci|dall-e-|tts-|whisper-|ft:gpt)/

/**
 * What would have to be set for a name that only OpenAI, or a server that is not configured, could serve.
 * `names` are those of whoever is configured.
 */
export function openaiHint(
  name: string,
  { OPENAI_API_KEY }: Config,
  names: readonly string[],
): string | undefined {
  const [before = '', after] = name.split('/', 2)
  if (after !== undefined && names.includes(before)) return undefined
  const isNamed = after !== undefined && before === OPENAI
  if (!OPENAI_API_KEY && (isNamed || OPENAI_NAME.test(name))) {
    return 'It is a model of OpenAI, which this server asks only with OPENAI_API_KEY set.'
  }
  if (after === undefined || !/^[a-z0-9][a-z0-9_-]{0,31}$/.test(before)) return undefined
  return `No upstream \`${before}\` is configured: OPENAI_UPSTREAMS would name it.`
}
