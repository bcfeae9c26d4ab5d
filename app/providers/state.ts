import type { Config } from '../config.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { StateStore } from '../ports/state-store.ts'
import { createDynamoStateStore } from './aws/dynamodb/state-store.ts'
import { createMemoryStateStore } from './embedded/memory-state-store.ts'

const IN_MEMORY: ReadonlySet<string> = new Set(['memory', ':memory:'])

/**
 * What is kept between requests: in the DynamoDB table where one is configured, else on the runtime's disk
 * where it has one, unless memory is asked for.
 */
export function createState({ config, runtime }: { config: Config; runtime: Runtime }): StateStore {
  if (config.AWS_DYNAMODB_TABLE) return createDynamoStateStore({ config, runtime })
  if (!runtime.openState || IN_MEMORY.has(config.STATE_DIR)) return createMemoryStateStore()
  return openedOnFirstUse(async () => runtime.openState!(config))
}

/** A start pays nothing for the store; one that could not be opened is tried again by the next use. */
function openedOnFirstUse(open: () => Promise<StateStore>): StateStore {
  let opening: Promise<StateStore> | undefined
  const opened = (): Promise<StateStore> => {
    opening ??= open().catch((thrown: unknown) => {
      opening = undefined
      throw thrown
    })
    return opening
  }
  return {
    get: async (...asked) => (await opened()).get(...asked),
    put: async (...asked) => (await opened()).put(...asked),
    delete: async (...asked) => (await opened()).delete(...asked),
    list: async (...asked) => (await opened()).list(...asked),
    add: async (...asked) => (await opened()).add(...asked),
  }
}
