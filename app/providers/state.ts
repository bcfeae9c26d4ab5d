import { once } from '../codecs/once.ts'
import type { Config } from '../config.ts'
import { GatewayError } from '../errors.ts'
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
  const opened = once(open)
  const use = async <T>(ask: (store: StateStore) => Promise<T>): Promise<T> => {
    try {
      return await ask(await opened())
    } catch (thrown) {
      throw thrown instanceof GatewayError ? thrown : unavailable(thrown)
    }
  }
  return {
    get: (...asked) => use((store) => store.get(...asked)),
    put: (...asked) => use((store) => store.put(...asked)),
    delete: (...asked) => use((store) => store.delete(...asked)),
    list: (...asked) => use((store) => store.list(...asked)),
    add: (...asked) => use((store) => store.add(...asked)),
  }
}

/** A full or broken disk as its caller may know it, in the words of a table that is away: the log gets the rest. */
const unavailable = (cause: unknown) =>
  new GatewayError('overloaded', 'The state store is not available. Retry the request.', {
    retryAfter: 1,
    cause,
  })
