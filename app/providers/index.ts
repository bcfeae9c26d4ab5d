import type { Config } from '../config.ts'
import type { Provider } from '../ports/models.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { StateStore } from '../ports/state-store.ts'
import { awsConfigured } from './aws/configured.ts'
import { createAwsProvider } from './aws/index.ts'
import { lateProvider } from './late-provider.ts'

interface ProviderOptions {
  config: Config
  runtime: Runtime
  /** Where instances learn from one another. */
  state?: StateStore
}

/** Whom this server calls: AWS where anything of AWS is configured, else the embedded models. */
export function createProviders(options: ProviderOptions): Provider[] {
  const { config, runtime } = options
  const isAws =
    config.PROVIDER === 'aws' || (config.PROVIDER === 'auto' && awsConfigured(runtime.env))
  return [isAws ? createAwsProvider(options) : lateProvider('embedded', () => embedded(options))]
}

// Who asks AWS need not wait at every start for models that nobody will ask.
async function embedded(options: ProviderOptions): Promise<Provider> {
  const { createEmbeddedProvider } = await import('./embedded/index.ts')
  return createEmbeddedProvider(options)
}
