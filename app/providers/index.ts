import type { Config } from '../config.ts'
import type { Provider } from '../ports/models.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { StateStore } from '../ports/state-store.ts'
import { awsConfigured, awsHint } from './aws/configured.ts'
import { createAwsProvider } from './aws/index.ts'
import { createJudge } from './embedded/judge.ts'
import { lateProvider } from './late-provider.ts'
import { createOpenaiProviders, openaiHint } from './openai/index.ts'

interface ProviderOptions {
  config: Config
  runtime: Runtime
  /** Where instances learn from one another. */
  state?: StateStore
}

/**
 * Whom this server calls, in the order they are asked: AWS where anything of AWS is configured, then every
 * server that speaks OpenAI's API; the embedded models where AWS is not.
 */
export function createProviders(options: ProviderOptions): Provider[] {
  const { config, runtime } = options
  const wanted = config.PROVIDER
  // Who asks for the embedded models alone wants nobody else to be called.
  const upstreams = wanted === 'embedded' ? [] : createOpenaiProviders(options)
  const isAws = wanted === 'aws' || (wanted === 'auto' && awsConfigured(runtime.env))
  if (isAws) return withHint([createAwsProvider(options), ...upstreams], config)
  if (wanted === 'openai') {
    if (upstreams.length > 0) return withHint(upstreams, config)
    throw new Error(
      'PROVIDER is openai, but neither OPENAI_API_KEY, OPENAI_BASE_URL nor OPENAI_UPSTREAMS names a server to ask.',
    )
  }
  const late = {
    ...lateProvider('embedded', () => embedded(options)),
    free: true,
    judge: createJudge(),
  }
  return withHint([...upstreams, standingIn(late, upstreams)], config)
}

/** Callers learn what would make a name one that is answered. */
function withHint(providers: Provider[], config: Config): Provider[] {
  const names = providers.map(({ name }) => name)
  const hint = (written: string) => {
    // Callers who say by `model_provider` whom they mean may write it as a name: OpenAI.
    const name = isPrefixed(written) ? written.toLowerCase() : written
    const hinted = names.includes('aws') ? undefined : awsHint(name)
    return hinted ?? embeddedHint(name, config) ?? openaiHint(name, config, names)
  }
  const [first, ...others] = providers
  return [{ ...first!, hint }, ...others]
}

const embeddedHint = (name: string, { PROVIDER }: Config) =>
  PROVIDER === 'embedded' && isPrefixed(name)
    ? 'PROVIDER is `embedded`, so that nobody else is asked.'
    : undefined

/** Whom callers can name without anybody having configured it. */
const KNOWN = ['aws', 'openai']

const isPrefixed = (name: string) => KNOWN.some((known) => hasPrefix(name, known))

const hasPrefix = (name: string, known: string) => name.toLowerCase().startsWith(`${known}/`)

/** The embedded models answer to every name but one that names a provider which is not there. */
function standingIn(embedded: Provider, upstreams: readonly Provider[]): Provider {
  const absent = KNOWN.filter((known) => !upstreams.some(({ name }) => name === known))
  return {
    ...embedded,
    find: (name, asked) =>
      absent.some((known) => hasPrefix(name, known)) ? undefined : embedded.find(name, asked),
  }
}

// Who asks AWS need not wait at every start for models that nobody will ask.
async function embedded(options: ProviderOptions): Promise<Provider> {
  const { createEmbeddedProvider } = await import('./embedded/index.ts')
  return createEmbeddedProvider(options)
}
