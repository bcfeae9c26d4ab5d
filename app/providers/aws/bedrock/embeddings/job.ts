import { encodeStrictly } from '../../../../codecs/canonical-request.ts'
import { GatewayError, messageOf } from '../../../../errors.ts'
import type { Call, Served } from '../../../../ports/call.ts'
import { isRefusal } from '../../audio-faults.ts'
import type { AwsCall } from '../../call.ts'
import type { JobOutputs } from '../../s3/job-outputs.ts'
import { tagsOf } from '../../tags.ts'
import { parseReply } from '../answers.ts'
import { troubleOf } from '../faults.ts'
import { readModelId } from '../model-id.ts'
import type { Plan } from '../region-policy.ts'
import { askRouted, type Routing, type Target } from '../routed.ts'
import { type Body, fieldsOf } from './embedder.ts'
import { pause } from './fan-out.ts'
import { type LaidInput, lay, unlay } from './laid-input.ts'

export interface JobDependencies extends Routing {
  awsCall: AwsCall
  outputs: JobOutputs
  /** Milliseconds between two looks at a job. */
  lookEvery: number
}

/** What a job is to do, and for whom. */
interface Job {
  /** What the model is sent; told where the input lies, if it was laid. */
  modelInput(lies: string | undefined): Body
  /** What has to lie in S3 while it runs. */
  laid?: LaidInput | undefined
  labels: Readonly<Record<string, string>>
  call: Call
  /** The files of its folder to read. */
  choose(names: readonly string[]): readonly string[]
}

interface Started {
  arn: string
  folder: string
  region: string
}

/**
 * Runs an asynchronous job (StartAsyncInvoke, GetAsyncInvoke) and gives the files it wrote, which are then
 * deleted. AWS cannot cancel a job: when the caller leaves, nobody waits for it any more, and what it
 * writes is deleted once it has ended. Throws `GatewayError`.
 */
export async function runJob(
  dependencies: JobDependencies,
  target: Target,
  job: Job,
): Promise<{ files: string[]; served: Omit<Served, 'ignored'> }> {
  const { answer: started, served } = await start(dependencies, target, job)
  const { outputs } = dependencies
  const { signal } = job.call
  try {
    const folder = await finish(dependencies, started, job.call)
    const names = await outputs.list(folder, started.region)
    const chosen = job.choose(names)
    if (chosen.length === 0) throw new GatewayError('upstream', 'The job left no vectors.')
    const files = await Promise.all(chosen.map((uri) => outputs.read(uri, started.region)))
    return { files, served }
  } finally {
    if (signal.aborted) void abandon(dependencies, started, job.call)
    else void clear(dependencies, started, job.call)
  }
}

/** A job needs a bucket in its region, and takes the model's own id, not that of a profile. */
function start(dependencies: JobDependencies, target: Target, job: Job) {
  const { awsCall, outputs } = dependencies
  const { call, modelInput, laid, labels } = job
  const undo = (started: Started) => void abandon(dependencies, started, call)
  const suited = (plan: Plan): Plan => {
    const candidates = plan.candidates.filter(({ region }) => outputs.folderIn(region))
    if (candidates.length > 0 || plan.candidates.length === 0) return { ...plan, candidates }
    const regions = plan.candidates.map(({ region }) => region).join(', ')
    throw new GatewayError(
      'feature-unavailable',
      `The model answers this over S3 alone, and no bucket is configured in its region (${regions}): set AWS_S3_REGIONAL_BUCKETS.`,
    )
  }
  const routes: Target['routes'] = (as) => {
    const { plan, better } = target.routes(as)
    return {
      plan: suited(plan),
      ...(better && { better: async () => better().then((found) => found && suited(found)) }),
    }
  }
  return askRouted(
    dependencies,
    { card: target.card, routes },
    {
      way: 'reply',
      call,
      async ask({ id, region }, signal): Promise<Started> {
        const folder = outputs.folderIn(region)!
        const place = { folder, region }
        const lies = laid && (await lay(outputs, place, laid))
        if (signal.aborted) {
          void clear(dependencies, place, call)
          throw signal.reason
        }
        const body = JSON.stringify({
          modelId: readModelId(id)?.base ?? id,
          modelInput: modelInput(lies),
          outputDataConfig: { s3OutputDataConfig: { s3Uri: folder } },
          clientRequestToken: crypto.randomUUID(),
          tags: tagsOf(labels).map(([key, value]) => ({ key, value })),
        })
        const asked = {
          service: 'bedrock-runtime',
          region,
          method: 'POST',
          as: call.as,
          trace: call.trace,
        } as const
        const begin = async (): Promise<Started> => {
          const patience = AbortSignal.timeout(LONGEST_START)
          const response = await awsCall({ ...asked, path: '/async-invoke', body }, patience)
          const { invocationArn } = fieldsOf(parseReply(await response.text()))
          if (typeof invocationArn === 'string') return { arn: invocationArn, folder, region }
          throw new GatewayError('upstream', 'The job could not be started.')
        }
        const doubt = () => void outlast(dependencies, place, call)
        const beginning = surely(begin, { signal, doubt }).catch((thrown: unknown) => {
          if (isRefusal(thrown)) void clear(dependencies, place, call)
          throw thrown
        })
        return unlessStopped(beginning, { signal, undo })
      },
      undo,
    },
  )
}

/** Milliseconds AWS may take to say that it has taken a job. */
const LONGEST_START = 60_000

/**
 * A start that broke off may have been heard all the same. Said once more with its token it is the same job, whose
 * ARN AWS then tells; where that fails as well, `doubt` is told.
 */
async function surely<T>(
  begin: () => Promise<T>,
  { signal, doubt }: { signal: AbortSignal; doubt(): void },
): Promise<T> {
  try {
    return await begin()
  } catch (thrown) {
    if (isRefusal(thrown)) throw thrown
    if (signal.aborted) {
      doubt()
      throw thrown
    }
  }
  return begin().catch((thrown: unknown) => {
    doubt()
    throw thrown
  })
}

/**
 * What is begun, for as long as somebody wants it. A request that was broken off may have been heard all the same, and a
 * job whose ARN nobody was told could never be found again; so it is not broken off but undone once it is told.
 */
function unlessStopped<T>(
  beginning: Promise<T>,
  { signal, undo }: { signal: AbortSignal; undo(begun: T): void },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(signal.reason)
      beginning.then(undo, () => {})
    }
    signal.addEventListener('abort', stop, { once: true })
    const settled = () => signal.removeEventListener('abort', stop)
    beginning.finally(settled).then(resolve, reject)
  })
}

/** Looks at the job until it has ended; gives the folder it wrote into, which has a name of the job's own. */
async function finish(
  dependencies: JobDependencies,
  started: Started,
  call: Pick<Call, 'signal' | 'as'>,
): Promise<string> {
  for (;;) {
    const job = await look(dependencies, started, call)
    const { status, failureMessage } = job
    if (status === 'Completed') {
      const { s3Uri } = fieldsOf(fieldsOf(job['outputDataConfig'])['s3OutputDataConfig'])
      return (typeof s3Uri === 'string' ? s3Uri : started.folder).replace(/\/+$/, '')
    }
    if (status === 'Failed') {
      const why = typeof failureMessage === 'string' ? failureMessage : 'no reason was given'
      throw new GatewayError('upstream', `The job of embedding this failed: ${why}`)
    }
    await pause(dependencies.lookEvery, call.signal)
    if (call.signal.aborted) throw call.signal.reason
  }
}

/** What AWS says of the job; nothing while it is only too busy to say. */
async function look(
  { awsCall }: JobDependencies,
  { arn, region }: Started,
  { signal, as }: Pick<Call, 'signal' | 'as'>,
): Promise<Readonly<Record<string, unknown>>> {
  const path = `/async-invoke/${encodeStrictly(arn)}`
  const asked = { service: 'bedrock-runtime', region, method: 'GET', path, as } as const
  try {
    return fieldsOf(parseReply(await (await awsCall(asked, signal)).text()))
  } catch (thrown) {
    if (signal.aborted || troubleOf(thrown) === undefined) throw thrown
    return {}
  }
}

/** Milliseconds for which a job that nobody waits for is still watched, to clear up behind it. */
const LONGEST_WATCH = 3_600_000
/** Looks of whoever waits, to one of whoever only clears up. */
const RARELY = 5

/** Clears up behind a job that nobody waits for, as soon as it has ended. Never rejects. */
async function abandon(dependencies: JobDependencies, started: Started, call: Call): Promise<void> {
  const signal = AbortSignal.timeout(LONGEST_WATCH)
  const lookEvery = dependencies.lookEvery * RARELY
  try {
    await finish({ ...dependencies, lookEvery }, started, { signal, as: call.as })
  } catch {
    // Whether it failed, or cannot be seen any more: what it wrote goes.
  }
  await clear(dependencies, started, call)
}

/** Clears up behind a job of which nobody knows whether it runs, as soon as it has written. Never rejects. */
async function outlast(
  dependencies: JobDependencies,
  place: Pick<Started, 'folder' | 'region'>,
  call: Call,
): Promise<void> {
  const { outputs, lookEvery } = dependencies
  const signal = AbortSignal.timeout(LONGEST_WATCH)
  let written = 0
  // What it has written it may not have written all of.
  for (let before = -1; !signal.aborted && (written === 0 || written !== before); ) {
    before = written
    await pause(lookEvery * RARELY, signal)
    const names = await outputs.list(place.folder, place.region).catch(() => [])
    written = names.length
  }
  await clear(dependencies, place, call)
}

async function clear(
  { outputs, warn }: JobDependencies,
  { folder, region }: Pick<Started, 'folder' | 'region'>,
  { requestId }: Call,
): Promise<void> {
  try {
    await Promise.all([outputs.remove(folder, region), unlay(outputs, { folder, region })])
  } catch (thrown) {
    const detail = messageOf(thrown)
    warn('The output of a job could not be deleted.', { id: requestId, region, folder, detail })
  }
}
