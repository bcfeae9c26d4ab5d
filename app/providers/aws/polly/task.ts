import { streamOfBytes } from '../../../codecs/bytes/byte-stream.ts'
import { GatewayError } from '../../../errors.ts'
import type { Call } from '../../../ports/call.ts'
import { isRefusal } from '../audio-faults.ts'
import type { AudioFolder, AudioFolders } from '../audio-work/folders.ts'
import { patientLook } from '../audio-work/patience.ts'
import { pause } from '../bedrock/embeddings/fan-out.ts'
import type { AwsCall } from '../call.ts'
import { type Fields, fieldsOf, textOf } from '../json-protocol.ts'

interface TaskDependencies {
  call: AwsCall
  folders: AudioFolders
  /** Milliseconds between two looks. */
  lookEvery: number
}

/** What a task gave: Polly's audio, and the characters it bills. */
interface TaskOutcome {
  audio: ReadableStream<Uint8Array>
  characters?: number
}

type Asked = Pick<Call, 'signal' | 'as'>

/**
 * Speaks what is too long for one call (StartSpeechSynthesisTask, GetSpeechSynthesisTask): Polly writes a
 * file into our bucket, which is gone when it has been read. A task cannot be stopped; one that nobody waits
 * for is watched to its end, and what it wrote removed. Throws `GatewayError`.
 */
export async function speakByTask(
  dependencies: TaskDependencies,
  { fields, region }: { fields: Fields; region: string },
  asked: Asked,
): Promise<TaskOutcome> {
  const { call, folders } = dependencies
  const folder = await folders.open(region)
  let id: string | undefined
  // A start that broke off, by the caller or on the way, may have been taken all the same.
  let state: 'refused' | 'maybe-running' | 'ended' = 'maybe-running'
  try {
    const body = JSON.stringify({
      ...fields,
      OutputS3BucketName: folder.bucket,
      OutputS3KeyPrefix: `${folder.prefix}speech`,
    })
    const start = {
      service: 'polly',
      region,
      method: 'POST',
      path: TASKS,
      body,
      as: asked.as,
    } as const
    const answer = await call(start, asked.signal).catch((thrown: unknown) => {
      if (isRefusal(thrown)) state = 'refused'
      throw thrown
    })
    id = textOf(taskIn(await answer.text())['TaskId'])
    if (id === undefined)
      throw new GatewayError('upstream', 'The text could not be given to Polly.')
    const done = await finish(dependencies, { id, region }, asked)
    state = 'ended'
    if (done['TaskStatus'] === 'failed') throw failureOf(done)
    const file = (await folder.list()).find((name) => name.startsWith('speech'))
    const audio = file === undefined ? undefined : await folder.read(file)
    if (!audio)
      throw new GatewayError('upstream', 'The speech was made and is nowhere to be found.')
    const characters = done['RequestCharacters']
    return {
      audio: untilRead(audio, folder),
      ...(typeof characters === 'number' && { characters }),
    }
  } catch (thrown) {
    if (state === 'maybe-running') void abandon(dependencies, { id, region, folder }, asked)
    else await folder.close()
    throw thrown
  }
}

const TASKS = '/v1/synthesisTasks'

const taskIn = (text: string): Fields => fieldsOf(fieldsOf(JSON.parse(text))['SynthesisTask'])

interface Running {
  id: string
  region: string
}

/** What Polly says of the task when it has ended, well or not. */
async function finish(
  { call, lookEvery }: TaskDependencies,
  { id, region }: Running,
  { signal, as }: Asked,
): Promise<Fields> {
  const path = `${TASKS}/${encodeURIComponent(id)}`
  const asked = { service: 'polly', region, method: 'GET', path, as } as const
  const look = patientLook(async () => taskIn(await (await call(asked, signal)).text()))
  for (;;) {
    const task = await look()
    if (task['TaskStatus'] === 'completed' || task['TaskStatus'] === 'failed') return task
    await pause(lookEvery, signal)
    if (signal.aborted) throw signal.reason
  }
}

function failureOf(task: Fields): GatewayError {
  const why = textOf(task['TaskStatusReason']) ?? 'no reason was given'
  return new GatewayError('upstream', `Polly could not speak this: ${why}`)
}

/** Milliseconds for which a task that nobody waits for is still watched, and one of which nobody knows whether it is. */
const LONGEST_WATCH = 3_600_000
const LONGEST_DOUBT = 900_000
const RARELY = 5

interface Left extends Omit<Running, 'id'> {
  /** Undefined where Polly may have taken a task and could not say so. */
  id: string | undefined
  folder: AudioFolder
}

/** Watches a task that nobody waits for to its end, for until then it may write; then everything goes. Never rejects. */
async function abandon(
  dependencies: TaskDependencies,
  { id, region, folder }: Left,
  { as }: Asked,
): Promise<void> {
  const lookEvery = dependencies.lookEvery * RARELY
  const signal = AbortSignal.timeout(id === undefined ? LONGEST_DOUBT : LONGEST_WATCH)
  try {
    if (id === undefined) await written(folder, lookEvery, signal)
    else await finish({ ...dependencies, lookEvery }, { id, region }, { signal, as })
  } catch {
    // Whether it failed or cannot be seen any more: what it wrote goes.
  }
  await folder.close()
}

/** A task has no name of ours by which it could be looked for, but its file has: it is awaited. */
async function written(folder: AudioFolder, lookEvery: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await folder.list()).length === 0) await pause(lookEvery, signal)
}

/** The audio, with its folder removed as soon as it was read, broke off or lost its reader. */
function untilRead(audio: ReadableStream<Uint8Array>, folder: AudioFolder) {
  const reader = audio.getReader()
  return streamOfBytes({
    async read() {
      try {
        const { done, value } = await reader.read()
        if (!done) return value
      } catch (thrown) {
        await folder.close()
        throw thrown
      }
      await folder.close()
      return undefined
    },
    cancel() {
      void reader.cancel().catch(() => {})
      void folder.close()
    },
  })
}
