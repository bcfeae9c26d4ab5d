import type { Transport } from '../../ports/transport.ts'

/** Milliseconds the metadata of the task may take; it is served on the host itself. */
const PATIENCE = 2000

/** What is read of a container's metadata (ECS task metadata endpoint, version 4). */
interface ContainerMetadata {
  Name?: string
  Labels?: Record<string, string>
}

/** `task_id.container_name` of the ECS task this process runs in. Rejects when ECS does not tell. */
export async function readEcsTask(uri: string, transport: Transport): Promise<string> {
  const { origin, pathname } = new URL(uri)
  const response = await transport.send(
    { method: 'GET', origin, path: pathname, headers: {} },
    { signal: AbortSignal.timeout(PATIENCE), connectTimeout: PATIENCE },
  )
  const text = await response.text()
  if (response.status !== 200) throw new Error(`ECS metadata answered ${response.status}`)
  const { Name, Labels = {} } = JSON.parse(text) as ContainerMetadata
  const task = Labels['com.amazonaws.ecs.task-arn']?.split('/').at(-1)
  const container = Labels['com.amazonaws.ecs.container-name'] ?? Name
  if (!task || !container) throw new Error('ECS metadata names no task')
  return `${task}.${container}`
}
