import { messageOf } from '../../../../errors.ts'
import type { JobOutputs } from '../../s3/job-outputs.ts'
import type { Warn } from '../../warn.ts'

/** An input that a model reads from S3 alone. */
export interface LaidInput {
  /** Its name there. */
  file: string
  mediaType: string
  bytes: Uint8Array
}

interface Place {
  /** Where the outputs of the same work lie. */
  folder: string
  region: string
}

/** Beside the outputs, so that nobody takes what was laid there for something that a job has written. */
const inputsOf = (folder: string) => `${folder}-input`

/** Lays an input where the model reads it; gives its `s3://` address. Throws `GatewayError`. */
export async function lay(
  outputs: JobOutputs,
  { folder, region }: Place,
  { file, mediaType, bytes }: LaidInput,
): Promise<string> {
  const uri = `${inputsOf(folder)}/${file}`
  await outputs.write(uri, region, { mediaType, bytes })
  return uri
}

/** Removes what was laid for the work with these outputs. */
export const unlay = (outputs: JobOutputs, { folder, region }: Place) =>
  outputs.remove(inputsOf(folder), region)

interface Laying {
  outputs: JobOutputs
  warn: Warn
  requestId: string
}

/** Does the work while an input lies in its region; without an address where no bucket is there. */
export async function whileLaid<T>(
  { outputs, warn, requestId }: Laying,
  { input, region }: { input: LaidInput | undefined; region: string },
  work: (address?: string) => Promise<T>,
): Promise<T> {
  const folder = input && outputs.folderIn(region)
  if (!input || folder === undefined) return work()
  const place = { folder, region }
  try {
    return await work(await lay(outputs, place, input))
  } finally {
    void unlay(outputs, place).catch((thrown: unknown) => {
      const detail = messageOf(thrown)
      warn('An input that was laid into S3 could not be deleted.', {
        id: requestId,
        ...place,
        detail,
      })
    })
  }
}
