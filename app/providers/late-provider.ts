import type { FoundModel, Provider } from '../ports/models.ts'

/** A provider whose code is fetched beside the start, not in it. It has no names of its own. */
export function lateProvider(name: string, load: () => Promise<Provider>): Provider {
  let provider: Provider | undefined
  const loading = load().then((loaded) => {
    provider = loaded
    return loaded
  })
  // Whoever asks first hears of a failure.
  loading.catch(() => {})
  return {
    name,
    health: () => provider?.health?.() ?? { status: 'unknown' },
    originIn: (region) => provider?.originIn?.(region),
    list: async () => (await loading).list(),
    find(...asked): Promise<FoundModel | undefined> | FoundModel | undefined {
      return provider ? provider.find(...asked) : loading.then((loaded) => loaded.find(...asked))
    },
  }
}
