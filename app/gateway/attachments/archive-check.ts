import { surveyZip } from '../../codecs/media/zip-directory.ts'
import { GatewayError } from '../../errors.ts'

/** Documents that are ZIP archives within. */
const ARCHIVES = /openxmlformats|opendocument|epub\+zip/

/** Bytes that a document may unpack to: more than any that people write. */
const MOST_UNPACKED = 512 * 1024 * 1024
/** How many times larger than packed, for those that are not small in any case. */
const MOST_RATIO = 200
const SMALL = 16 * 1024 * 1024

/** Throws `invalid-request` for an office document that would unpack to far more than it can hold. `bytes` is asked for archives only. */
export function refuseBomb(mediaType: string | undefined, bytes: () => Uint8Array): void {
  if (mediaType === undefined || !ARCHIVES.test(mediaType)) return
  const content = bytes()
  const survey = surveyZip(content)
  if (!survey) throw refused('The document cannot be read: it has no directory of its parts.')
  const { packed, unpacked } = survey
  const isBomb = unpacked > SMALL && unpacked > packed * MOST_RATIO
  // Entries that lie over one another are a way to pack one byte many times.
  if (unpacked > MOST_UNPACKED || isBomb || packed > content.length) {
    throw refused(`The document would unpack to ${unpacked} bytes, which no document does.`)
  }
}

const refused = (message: string) =>
  new GatewayError('invalid-request', message, { reason: 'unreadable_file' })
