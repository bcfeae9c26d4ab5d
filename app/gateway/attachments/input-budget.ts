import type { Config } from '../../config.ts'
import { GatewayError } from '../../errors.ts'
import type { FetchedFile } from '../../ports/web-fetch.ts'

/** Lets a file through that was read for a request. Throws `too-large` when all of them together are too much. */
export type InputBudget = (file: FetchedFile) => FetchedFile

/** What one request may have read: an id is a few letters, and may be named a thousand times. */
export function inputBudget({ MAX_INPUT_TOTAL_SIZE: most }: Config): InputBudget {
  let left = most
  return (file) => {
    left -= file.bytes.length
    if (left >= 0) return file
    throw new GatewayError(
      'too-large',
      `The attachments of the request are larger than ${most} bytes together.`,
    )
  }
}
