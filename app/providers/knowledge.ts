import { once } from '../codecs/once.ts'
import type { Config } from '../config.ts'
import type { KnowledgeBases } from '../ports/knowledge.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { StateStore } from '../ports/state-store.ts'
import { awsConfigured } from './aws/configured.ts'
import type { EmbeddedKnowledgeOptions } from './embedded/knowledge/sources.ts'

interface KnowledgeOptions {
  config: Config
  runtime: Runtime
  state: StateStore
  /** Reads stored files, for knowledge bases that are kept here. */
  read: EmbeddedKnowledgeOptions['read']
}

/** Who keeps knowledge: AWS where anything of AWS is configured, else this server itself. Loaded when first asked. */
export function createKnowledge({
  config,
  runtime,
  state,
  read,
}: KnowledgeOptions): KnowledgeBases {
  const isAws =
    config.PROVIDER === 'aws' || (config.PROVIDER === 'auto' && awsConfigured(runtime.env))
  if (!isAws) {
    return late('embedded', async () => {
      const { createEmbeddedKnowledge } = await import('./embedded/knowledge.ts')
      return createEmbeddedKnowledge({ state, read })
    })
  }
  const load = once(async () => {
    const { createAwsKnowledge } = await import('./aws/knowledge/index.ts')
    return createAwsKnowledge({ config, runtime })
  })
  return {
    ...late('aws', load),
    generator: async (...asked) => (await load()).generator?.(...asked),
  }
}

/** The same, whose code is fetched by the first call. */
function late(name: string, open: () => Promise<KnowledgeBases>): KnowledgeBases {
  const load = once(open)
  return {
    name,
    list: async (...asked) => (await load()).list(...asked),
    create: async (...asked) => (await load()).create(...asked),
    get: async (...asked) => (await load()).get(...asked),
    delete: async (...asked) => (await load()).delete(...asked),
    retrieve: async (...asked) => (await load()).retrieve(...asked),
    sources: {
      list: async (...asked) => (await load()).sources.list(...asked),
      create: async (...asked) => (await load()).sources.create(...asked),
      get: async (...asked) => (await load()).sources.get(...asked),
      delete: async (...asked) => (await load()).sources.delete(...asked),
      sync: async (...asked) => (await load()).sources.sync(...asked),
      job: async (...asked) => (await load()).sources.job(...asked),
      jobs: async (...asked) => (await load()).sources.jobs(...asked),
    },
  }
}
