import type { Config } from '../config.ts'
import type { Runtime } from '../ports/runtime.ts'
import { readEcsTask } from './aws/ecs-task.ts'
import { createWarn } from './aws/warn.ts'

interface ServerIdOptions {
  config: Config
  runtime: Runtime
}

interface ServerId {
  (): string
  /** Resolves when the name is known for good; undefined when it is already. Never rejects. */
  coming(): Promise<void> | undefined
}

/**
 * The name of this server among many: the ECS task and container where it runs in one, else what the
 * runtime calls itself. ECS is asked once, at the start.
 */
export function createServerId({ config, runtime }: ServerIdOptions): ServerId {
  const uri = config.ECS_CONTAINER_METADATA_URI_V4
  let id: string | undefined
  const ask = async (from: string) => {
    try {
      id = await readEcsTask(from, runtime.transport)
    } catch (cause) {
      const warn = createWarn(runtime.log, config.LOG_LEVEL)
      warn('The ECS task could not be told.', { detail: String(cause) })
    }
    coming = undefined
  }
  let coming = uri ? ask(uri) : undefined
  const tell = () => {
    // Not made at the start: Workers have no randomness before their first request.
    id ??= runtime.instance ?? crypto.randomUUID()
    return id
  }
  return Object.assign(tell, { coming: () => coming })
}
