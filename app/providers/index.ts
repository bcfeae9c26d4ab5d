import type { Config } from '../config.ts'
import type { Provider } from '../ports/models.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { StateStore } from '../ports/state-store.ts'
import { awsConfigured, awsHint } from './aws/configured.ts'
import { createAwsProvider } from './aws/index.ts'
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
  return [...upstreams, { ...lateProvider('embedded', () => embedded(options)), free: true }]
}

/** Where not every name is answered, callers learn what would make theirs one. */
function withHint(providers: Provider[], config: Config): Provider[] {
  const names = providers.map(({ name }) => name)
  const hint = (name: string) =>
    (names.includes('aws') ? undefined : awsHint(name)) ?? openaiHint(name, config, names)
  const [first, ...others] = providers
  return [{ ...first!, hint }, ...others]
}

// Who asks AWS need not wait at every start for models that nobody will ask.
async function embedded(options: ProviderOptions): Promise<Provider> {
  const { createEmbeddedProvider } = await import('./embedded/index.ts')
  return createEmbeddedProvider(options)
}
